// Pages about products that are not there, and questions that they answer.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <string>

#include <boost/json/object.hpp>

namespace seekd::bench {

inline constexpr std::size_t product_pages = 50;

// REQUIRES: page < product_pages.
std::string product_url(std::size_t page);
std::string product_text(std::size_t page);

// The body of a chat completion over these pages; no two are the same where `number` is not.
boost::json::object product_question(std::size_t number, std::size_t tokens_max);

}  // namespace seekd::bench
