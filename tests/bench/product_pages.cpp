#include "tests/bench/product_pages.h"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace seekd::bench {

namespace json = boost::json;

std::string product_url(std::size_t page) {
  return fmt::format("https://docs.example.org/product/{}", page);
}

std::string product_text(std::size_t page) {
  return fmt::format(
      "Product{0} is a message broker for small machines. The default port of Product{0} is {1}. "
      "It keeps its messages on disk, and Product{0} needs no other program to run.",
      page, 7000 + page);
}

json::object product_question(std::size_t number, std::size_t tokens_max) {
  const std::string text = fmt::format("Which default port does Product{} use, asks number {}?",
                                       number % product_pages, number);
  return {{"messages", json::array{json::object{{"role", "user"}, {"content", text}}}},
          {"max_tokens", tokens_max}};
}

}  // namespace seekd::bench
