#include "daemon/answer/passage_cut.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "daemon/answer/text_units.h"

namespace seekd::daemon {
namespace {

std::size_t words(std::string_view text) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text, ' '));
}

const std::string text =
    "Robins sing in the morning. The default port is 7311. Larks rise. The port may be changed in "
    "the file. Owls hunt at night, as everybody knows.";

Passage whole() {
  Passage passage;
  passage.text = text;
  passage.byte_begin = 50;
  passage.byte_end = 50 + text.size();
  return passage;
}

std::string cut(std::size_t tokens, std::string_view question = "Which port is the default?") {
  const auto passage = cut_passage(whole(), question, tokens, words);
  if (!passage) return "";
  CHECK(passage->byte_end - passage->byte_begin == passage->text.size());
  CHECK(text.substr(passage->byte_begin - 50, passage->text.size()) == passage->text);
  CHECK(words(passage->text) <= tokens);
  return passage->text;
}

TEST_CASE("a passage that fits stays whole") {
  CHECK(cut(words(text)) == text);
}

TEST_CASE("one that does not is cut to the sentences that speak of the question") {
  CHECK(cut(7) == "The default port is 7311.");
  CHECK(cut(19) == "The default port is 7311. Larks rise. The port may be changed in the file.");
}

TEST_CASE("never in the middle of a sentence, at any budget") {
  for (std::size_t tokens = 0; tokens <= words(text); ++tokens) {
    const std::string part = cut(tokens);
    CHECK((part.empty() || part.ends_with('.')));
    CHECK((part.empty() || text.starts_with(part) || text.contains(". " + part)));
  }
}

TEST_CASE("where nothing speaks of the question, or nothing fits, nothing is left") {
  CHECK(cut(10, "Who painted the chapel?").empty());
  CHECK(cut(3).empty());
}

}  // namespace
}  // namespace seekd::daemon
