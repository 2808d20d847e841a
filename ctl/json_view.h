// Reading the daemon's replies: what is absent, null or of another type is empty.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace seekd::ctl {

std::string text_at(const boost::json::object& object, std::string_view name);
std::int64_t integer_at(const boost::json::object& object, std::string_view name);
double number_at(const boost::json::object& object, std::string_view name);
const boost::json::object& object_at(const boost::json::object& object, std::string_view name);
const boost::json::array& array_at(const boost::json::object& object, std::string_view name);

}  // namespace seekd::ctl
