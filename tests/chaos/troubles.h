// What can befall a pool, each as a function that brings it about and returns
// when it is over.
#ifndef TESTS_CHAOS_TROUBLES_H_
#define TESTS_CHAOS_TROUBLES_H_

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "backend/call/pool.h"
#include "backend/http/client.h"
#include "tests/simulator/pool.h"

namespace xapi_gateway::chaos {

struct Scene {
  simulator::Pool* xapi;
  call::Pool* gateway;
  http::Client* intruder;  // for calls that the gateway knows nothing of
  bool tls;
  std::mt19937_64* random;

  int Coordinator() const;  // waits for one; -1 after a while
  int Other() const;        // a host that is not coordinator
  std::string EndpointOf(int host) const;
  absl::Duration UpTo(absl::Duration most) const;  // random
  void Pause(absl::Duration time) const;
};

struct Trouble {
  std::string name;
  std::function<void(Scene&)> happen;
};

const std::vector<Trouble>& AllTroubles();

}  // namespace xapi_gateway::chaos

#endif  // TESTS_CHAOS_TROUBLES_H_
