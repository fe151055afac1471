// The expressions of get_all_records_where:
//   field "power__state" = "Running" and not field "is__a__template" = "true"
// and, or have one precedence and bind to the left. Only equality exists.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_FILTER_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_FILTER_H_

#include <memory>
#include <string>

#include "tests/simulator/database.h"
#include "tests/simulator/result.h"

namespace xapi_gateway::simulator {

struct FilterNode;

class Filter {
 public:
  // INVALID_VALUE when the text is no expression.
  static Result<Filter> Parse(const std::string& text);

  // INTERNAL_ERROR when the expression names a field the class has not.
  Result<bool> Matches(const Class& cls, const Row& row) const;

 private:
  explicit Filter(std::shared_ptr<const FilterNode> root)
      : root_(std::move(root)) {}

  std::shared_ptr<const FilterNode> root_;
};

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_FILTER_H_
