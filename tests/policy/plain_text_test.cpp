#include "policy/plain_text.h"

#include <catch2/catch.hpp>

#include "policy/trimmed.h"

namespace seekd::policy {
namespace {

std::vector<std::string> paragraphs(std::string_view text) {
  std::vector<std::string> texts;
  for (const Block& block : read_paragraphs(text)) texts.push_back(block.text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("paragraphs stand between lines that are empty or blank") {
  CHECK(paragraphs("one\nstill one\n\ntwo") == Texts{"one\nstill one", "two"});
  CHECK(paragraphs("one\n \t\ntwo\n\n\n\n  three\n") == Texts{"one", "two", "three"});
  CHECK(paragraphs("one\r\nstill one\r\n\r\ntwo\r\n") == Texts{"one\nstill one", "two"});
}

TEST_CASE("text of nothing but white space has no paragraph") {
  CHECK(paragraphs("").empty());
  CHECK(paragraphs("\n").empty());
  CHECK(paragraphs(" \n\t\n ").empty());
}

TEST_CASE("what stands around a text is trimmed, and nothing inside it") {
  CHECK(trimmed(" \ta b\t", blanks) == "a b");
  CHECK(trimmed("\r\n a\n b \n", white_space) == "a\n b");
  CHECK(trimmed(" \t", blanks).empty());
  CHECK(trimmed("", blanks).empty());
}

}  // namespace
}  // namespace seekd::policy
