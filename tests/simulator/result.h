// The outcome of anything that can fail with an error of the API.
#ifndef XAPI_GATEWAY_TESTS_SIMULATOR_RESULT_H_
#define XAPI_GATEWAY_TESTS_SIMULATOR_RESULT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/value.h"

namespace xapi_gateway::simulator {

// Code first, then its parameters. Empty means no error.
struct Error {
  std::vector<std::string> text;

  explicit operator bool() const { return !text.empty(); }
  bool operator==(const Error&) const = default;
};

inline Error MakeError(std::vector<std::string> text) {
  return Error{std::move(text)};
}
inline Error InternalError(std::string text) {
  return Error{{"INTERNAL_ERROR", std::move(text)}};
}
// What the real server answers to an argument it cannot decode.
inline Error Failure(const std::string& text) {
  return InternalError("Failure(\"" + text + "\")");
}

// Either a value or an error, never both.
template <typename T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT: like StatusOr
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  bool ok() const { return value_.has_value(); }
  const Error& error() const { return error_; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Error error_;
};

using Outcome = Result<Value>;

// What a call without a result answers.
inline Value Void() { return Value(""); }

}  // namespace xapi_gateway::simulator

#endif  // XAPI_GATEWAY_TESTS_SIMULATOR_RESULT_H_
