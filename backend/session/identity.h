// On whose behalf xapi is called.
#ifndef BACKEND_SESSION_IDENTITY_H_
#define BACKEND_SESSION_IDENTITY_H_

#include <string>

namespace xapi_gateway::session {

// Sessions are shared by calls of equal `key` and never by others.
struct Identity {
  std::string key;  // unique for the credentials, without secrets in it
  std::string user;
  std::string password;
};

}  // namespace xapi_gateway::session

#endif  // BACKEND_SESSION_IDENTITY_H_
