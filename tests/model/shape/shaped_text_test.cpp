#include "model/shape/shaped_text.h"

#include <algorithm>
#include <deque>
#include <random>
#include <string>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "model/shape/json_schema.h"
#include "tests/model/shape/written_text.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

// All bytes, and what runs across the parts of a JSON text.
class Vocabulary {
 public:
  Vocabulary() {
    for (int byte = 0; byte < 256; ++byte)
      texts_.push_back(std::string(1, static_cast<char>(byte)));
    for (const char* text : {"{\"",
                             "\":",
                             "\": ",
                             "\", \"",
                             "\"}",
                             "}}",
                             "]]",
                             "[[",
                             "[{\"",
                             "}, {\"",
                             "true",
                             "false",
                             "null",
                             "12",
                             "3.5",
                             "e1",
                             ", ",
                             "ab",
                             "abc",
                             "hello world",
                             "\\\"",
                             "\\u00",
                             "é",
                             "世",
                             "\xE4\xB8",
                             "\x96\"",
                             "😀",
                             "\":{\"",
                             "a\":1,\"",
                             "                        ",
                             "0\"",
                             "long text without an end of its own",
                             "x\", \"b\": \"",
                             "{",
                             "}",
                             "a"}) {
      texts_.emplace_back(text);
    }
    end = static_cast<TokenId>(texts_.size());
    think_begin = end + 1;
    think_end = end + 2;
  }

  std::shared_ptr<const TokenTrie> trie() const {
    std::vector<std::pair<std::string_view, TokenId>> tokens;
    for (std::size_t id = 0; id < texts_.size(); ++id) {
      tokens.emplace_back(texts_[id], static_cast<TokenId>(id));
    }
    return std::make_shared<TokenTrie>(std::move(tokens), texts_.size() + 3);
  }

  ShapeMarks marks() const { return {{end}, think_begin, think_end}; }
  const std::string& text(TokenId id) const { return texts_[static_cast<std::size_t>(id)]; }
  std::size_t size() const { return texts_.size(); }

  TokenId end = 0;
  TokenId think_begin = 0;
  TokenId think_end = 0;

 private:
  std::deque<std::string> texts_;
};

Grammar grammar_of(std::string_view schema) {
  auto grammar = compile_json_schema(json::parse(schema), Strictness::as_written);
  REQUIRE(grammar);
  return *std::move(grammar);
}

struct Writer {
  explicit Writer(std::string_view schema, ShapedText::At at = ShapedText::At::answer)
      : grammar(std::make_shared<const Grammar>(grammar_of(schema))),
        shaped(std::make_shared<PartMasks>(grammar, vocabulary.trie()), vocabulary.marks(), at,
               ShapedText::Lead::none) {}

  TokenMask mask() const { return *shaped.masks().front(); }

  Vocabulary vocabulary;
  std::shared_ptr<const Grammar> grammar;
  ShapedText shaped;
};

constexpr const char* kSchemas[] = {
    R"({"type":"object"})",
    R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string","maxLength":30},
        "c":{"type":"array","items":{"type":["number","null"]}}},"required":["b"]})",
    R"({"type":"array","items":{"$ref":"#"},"maxItems":3})",
    R"({"type":"string","pattern":"^[a-c世]{3,40}$"})",
    R"({"type":"string","minLength":3,"maxLength":20})",
    R"({"anyOf":[{"enum":["a","ab","abc"]},{"type":"integer","minimum":3,"maximum":1200}]})",
    R"({"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"}})",
};

// The mask against the grammar itself, token by token.
void check_mask(const Writer& writer, const std::string& text) {
  const TokenMask mask = writer.mask();
  for (std::size_t id = 0; id < writer.vocabulary.size(); ++id) {
    const auto token = static_cast<TokenId>(id);
    Frames frames;
    const bool fits =
        !places_after(*writer.grammar, text + writer.vocabulary.text(token), frames).none();
    if (mask.has(token) == fits) continue;
    CAPTURE(text, writer.vocabulary.text(token));
    CHECK(mask.has(token) == fits);
  }
  CHECK(mask.has(writer.vocabulary.end) == is_text_of(*writer.grammar, text));
}

TEST_CASE("a mask has the tokens that go on with the text, and the end where it may end") {
  for (const char* schema : kSchemas) {
    CAPTURE(schema);
    for (unsigned seed = 0; seed < 6; ++seed) {
      Writer writer(schema);
      std::mt19937 random(seed);
      std::string text;
      for (int step = 0; step < 40; ++step) {
        check_mask(writer, text);
        std::vector<TokenId> allowed;
        for (std::size_t id = 0; id < writer.vocabulary.size(); ++id) {
          if (writer.mask().has(static_cast<TokenId>(id)))
            allowed.push_back(static_cast<TokenId>(id));
        }
        if (allowed.empty()) break;
        const TokenId token = allowed[random() % allowed.size()];
        writer.shaped.took(token);
        text += writer.vocabulary.text(token);
      }
    }
  }
}

TEST_CASE("a text that is drawn at random comes to a valid end") {
  for (const char* schema : kSchemas) {
    CAPTURE(schema);
    Writer writer(schema);
    std::mt19937 random(7);
    std::string text;
    for (int step = 0; step < 4000; ++step) {
      const TokenMask mask = writer.mask();
      if (mask.has(writer.vocabulary.end)) break;
      std::vector<TokenId> allowed;
      // What closes comes sooner than chance would have it.
      for (const char c : {',', ':', ']', '}', '"'}) {
        if (mask.has(static_cast<TokenId>(c))) allowed.assign(3, static_cast<TokenId>(c));
      }
      for (std::size_t id = 0; id < writer.vocabulary.size() && allowed.size() < 3; ++id) {
        const auto token = static_cast<TokenId>(random() % writer.vocabulary.size());
        if (mask.has(token)) allowed.push_back(token);
      }
      for (std::size_t id = 0; id < writer.vocabulary.size() && allowed.empty(); ++id) {
        if (mask.has(static_cast<TokenId>(id))) allowed.push_back(static_cast<TokenId>(id));
      }
      REQUIRE(!allowed.empty());
      const TokenId token = allowed[random() % allowed.size()];
      writer.shaped.took(token);
      text += writer.vocabulary.text(token);
    }
    CAPTURE(text);
    CHECK(is_text_of(*writer.grammar, text));
  }
}

TEST_CASE("behind its last byte a text can only end") {
  Writer writer(R"({"const":"x"})");
  for (const char c : std::string("\"x\"")) writer.shaped.took(static_cast<TokenId>(c));
  CHECK(writer.mask().size() == 1);
  CHECK(writer.mask().has(writer.vocabulary.end));
}

TEST_CASE("guessed tokens are cut before the first that does not fit") {
  Writer writer(R"({"enum":["ab","abc"]})");
  const auto fitting = [&](std::string_view text) {
    std::vector<TokenId> tokens;
    for (const char c : text) tokens.push_back(static_cast<TokenId>(c));
    return writer.shaped.fitting(tokens);
  };
  CHECK(fitting("\"ab\"") == 4);
  CHECK(fitting("\"abx") == 3);
  CHECK(fitting("ab") == 0);
  const std::vector<TokenId> ended = {'"', 'a', 'b', '"', writer.vocabulary.end};
  CHECK(writer.shaped.fitting(ended) == 5);
  CHECK(writer.shaped.masks(std::span(ended).first(2)).size() == 3);
  // Nothing was taken.
  CHECK(fitting("\"ab\"") == 4);
}

TEST_CASE("a thought is free but for its end, and the text begins behind it") {
  Writer writer(R"({"type":"object"})", ShapedText::At::inside_thought);
  CHECK(!writer.mask().has(writer.vocabulary.end));
  CHECK(writer.mask().has('x'));
  writer.shaped.took('x');
  writer.shaped.took(writer.vocabulary.think_end);
  CHECK(!writer.mask().has('x'));
  CHECK(writer.mask().has('\n'));
  CHECK(writer.mask().has('{'));
  writer.shaped.took('\n');
  writer.shaped.took('{');
  CHECK(!writer.mask().has('\n'));
  CHECK(writer.mask().has('}'));
}

TEST_CASE("what may begin a thought may do so before the text alone") {
  Writer writer(R"({"type":"object"})", ShapedText::At::open);
  CHECK(writer.mask().has(writer.vocabulary.think_begin));
  CHECK(writer.mask().has('{'));
  writer.shaped.took('{');
  CHECK(!writer.mask().has(writer.vocabulary.think_begin));
}

}  // namespace
}  // namespace seekd::model
