#include "model/text/pre_tokenizer.h"

#include <cstddef>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace seekd::model {
namespace {

constexpr std::size_t kPatternBytesMax = 1 << 16;
constexpr std::uint32_t kOptions =
    PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Code = std::unique_ptr<pcre2_code, Deleter<pcre2_code_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Deleter<pcre2_match_data_free>>;
using CompileContext = std::unique_ptr<pcre2_compile_context, Deleter<pcre2_compile_context_free>>;

// PCRE2 counts U+180E as \s, Oniguruma and Rust do not.
std::string to_pcre2(std::string_view pattern) {
  std::string translated;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view escape = pattern.substr(i, 2);
    if (escape == "\\s" || escape == "\\S") {
      translated.append(escape == "\\s" ? "\\p{White_Space}" : "\\P{White_Space}");
      ++i;
    } else if (escape.size() == 2 && escape.front() == '\\') {
      translated.append(escape);
      ++i;
    } else {
      translated.push_back(pattern[i]);
    }
  }
  return translated;
}

std::string pcre2_message(int error) {
  char text[256];
  const int length =
      pcre2_get_error_message(error, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof text);
  return length < 0 ? "error " + std::to_string(error) : std::string(text);
}

}  // namespace

std::string_view gpt2_pattern() {
  return R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
}

std::string literal_pattern(std::string_view text) {
  constexpr std::string_view kSyntax = R"(\^$.|?*+()[]{}-#)";
  std::string pattern;
  for (const char c : text) {
    if (kSyntax.contains(c)) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern;
}

struct PreTokenizer::Pattern {
  Code code;

  void cut(std::string_view piece, pcre2_match_data* match,
           std::vector<std::string_view>& pieces) const;
};

Result<PreTokenizer> PreTokenizer::create(std::span<const std::string> patterns) {
  const CompileContext context(pcre2_compile_context_create(nullptr));
  if (!context) return fail(ErrorCode::internal, "PCRE2: out of memory");
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  pcre2_set_max_pattern_length(context.get(), kPatternBytesMax);
  std::vector<Pattern> compiled;
  for (const std::string& pattern : patterns) {
    const std::string translated = to_pcre2(pattern);
    int error = 0;
    PCRE2_SIZE at = 0;
    Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                            kOptions, &error, &at, context.get()));
    if (!code) {
      return fail(ErrorCode::unsupported, "pre-tokenizer pattern '" + pattern.substr(0, 200) +
                                              "': " + pcre2_message(error));
    }
    // Without JIT memory (a hardened kernel) PCRE2 interprets: slower, and the same.
    pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
    compiled.push_back(Pattern{std::move(code)});
  }
  return PreTokenizer(std::move(compiled));
}

PreTokenizer::PreTokenizer(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {}
PreTokenizer::PreTokenizer(PreTokenizer&&) noexcept = default;
PreTokenizer& PreTokenizer::operator=(PreTokenizer&&) noexcept = default;
PreTokenizer::~PreTokenizer() = default;

// An empty match cuts nothing; PCRE2_NOTEMPTY makes the search go on behind it.
void PreTokenizer::Pattern::cut(std::string_view piece, pcre2_match_data* match,
                                std::vector<std::string_view>& pieces) const {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(piece.data());
  const PCRE2_SIZE* found = pcre2_get_ovector_pointer(match);
  std::size_t done = 0;
  while (done < piece.size()) {
    const int matched = pcre2_match(code.get(), subject, piece.size(), done,
                                    PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY, match, nullptr);
    if (matched < 0 || found[0] < done || found[1] <= found[0]) break;
    if (found[0] > done) pieces.push_back(piece.substr(done, found[0] - done));
    pieces.push_back(piece.substr(found[0], found[1] - found[0]));
    done = found[1];
  }
  if (done < piece.size()) pieces.push_back(piece.substr(done));
}

void PreTokenizer::split(std::string_view text, std::vector<std::string_view>& words) const {
  if (text.empty()) return;
  const MatchData match(pcre2_match_data_create(1, nullptr));
  std::vector<std::string_view> pieces{text};
  std::vector<std::string_view> cut;
  if (match) {
    for (const Pattern& pattern : patterns_) {
      cut.clear();
      for (const std::string_view piece : pieces) pattern.cut(piece, match.get(), cut);
      pieces.swap(cut);
    }
  }
  words.insert(words.end(), pieces.begin(), pieces.end());
}

}  // namespace seekd::model
