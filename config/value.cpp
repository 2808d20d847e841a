#include "config/value.h"

#include "policy/quoted.h"

namespace seekd::config {

std::unexpected<Error> refuse(const Value& value, std::string_view problem) {
  return fail(ErrorCode::invalid_argument, value.where + ": " + std::string(problem));
}

std::string describe(const Value& value) {
  struct Describe {
    std::string operator()(std::monostate) const { return "a float or a date"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(const std::string& text) const { return policy::quoted(text); }
    std::string operator()(const std::vector<Value>&) const { return "an array"; }
    std::string operator()(const std::vector<Field>&) const { return "a table"; }
  };
  return std::visit(Describe{}, value.data);
}

}  // namespace seekd::config
