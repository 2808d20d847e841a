#include "cache/index/terms.h"

#include <algorithm>
#include <array>
#include <optional>

#include <libstemmer.h>
#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/utext.h>

#include "cache/index/characters.h"
#include "policy/ascii.h"
#include "policy/utf8.h"

namespace seekd::cache {
namespace {

using policy::is_digit;
using policy::is_lower;

constexpr std::string_view joiners =
    "-_/+:.";  // one of them between two words makes a name of them
constexpr std::size_t name_parts_max = 8;

struct Word {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct StemmerDeleter {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};
using Stemmer = std::unique_ptr<sb_stemmer, StemmerDeleter>;

class TermList {
 public:
  TermList(std::string_view text, sb_stemmer* stemmer, Language language)
      : text_(text), stemmer_(stemmer), language_(language) {}

  void add(const Word& word) {
    if (!joins_name(word)) close_name();
    name_.push_back(word);
    add_word(slice(word));
  }

  std::vector<std::string> finish() {
    close_name();
    close_ideographs();
    return std::move(terms_);
  }

 private:
  std::string_view slice(const Word& word) const {
    return text_.substr(word.begin, word.end - word.begin);
  }

  bool joins_name(const Word& word) const {
    return !name_.empty() && word.begin == name_.back().end + 1 &&
           joiners.contains(text_[word.begin - 1]);
  }

  // "covid-19", "10.1000/182", "2026-11-22": a name when there is a digit in it.
  void close_name() {
    if (name_.size() > 1 && name_.size() <= name_parts_max) {
      std::string_view whole = slice({name_.front().begin, name_.back().end});
      if (std::ranges::any_of(whole, is_digit)) push(whole);
    }
    name_.clear();
  }

  // One word of the segmentation; ideographs may stand inside it ("3月", "한국abc").
  void add_word(std::string_view word) {
    std::size_t other_begin = 0;
    for (std::size_t i = 0; i < word.size();) {
      std::string_view character = policy::character_at(word, i);
      if (is_ideograph(character)) {
        add_other(word.substr(other_begin, i - other_begin));
        add_ideograph(character);
        other_begin = i + character.size();
      }
      i += character.size();
    }
    add_other(word.substr(other_begin));
  }

  void add_ideograph(std::string_view character) {
    const bool continues = !run_.empty() && run_.data() + run_.size() == character.data();
    if (!continues) close_ideographs();
    if (continues) push({previous_.data(), previous_.size() + character.size()});
    run_ = continues ? std::string_view(run_.data(), run_.size() + character.size()) : character;
    previous_ = character;
  }

  // One alone has no pair.
  void close_ideographs() {
    if (!run_.empty() && run_.size() == previous_.size()) push(run_);
    run_ = {};
  }

  void add_other(std::string_view word) {
    if (word.empty()) return;
    push_stem(word);
    // "example.org" and "snake_case" are one word to UAX #29.
    if (word.find_first_of("._") == word.npos || is_digit(word.front())) return;
    while (!word.empty()) {
      std::size_t end = std::min(word.find_first_of("._"), word.size());
      if (end >= 3) push_stem(word.substr(0, end));
      word.remove_prefix(std::min(end + 1, word.size()));
    }
  }

  bool may_stem(std::string_view word) const {
    if (language_ != Language::english) return std::ranges::none_of(word, is_digit);
    return std::ranges::all_of(word, [](char c) { return is_lower(c) || c == '\''; });
  }

  void push_stem(std::string_view word) {
    if (word.size() < 3 || word.size() > term_bytes_max || !may_stem(word)) {
      push(word);
      return;
    }
    const auto* bytes = reinterpret_cast<const sb_symbol*>(word.data());
    const sb_symbol* stem = sb_stemmer_stem(stemmer_, bytes, static_cast<int>(word.size()));
    // nullptr: no memory
    push(stem == nullptr
             ? word
             : std::string_view(reinterpret_cast<const char*>(stem), sb_stemmer_length(stemmer_)));
  }

  void push(std::string_view term) {
    if (!term.empty()) terms_.emplace_back(policy::first_bytes(term, term_bytes_max));
  }

  std::string_view text_;
  sb_stemmer* stemmer_;
  Language language_;
  std::vector<std::string> terms_;
  std::vector<Word> name_;     // words joined so far
  std::string_view run_;       // ideographs without anything between them
  std::string_view previous_;  // the last of them
};

std::string fold(const icu::Normalizer2& normalizer, std::string_view text) {
  std::string folded;
  icu::StringByteSink<std::string> sink(&folded, static_cast<int32_t>(text.size()));
  UErrorCode status = U_ZERO_ERROR;
  normalizer.normalizeUTF8(0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr,
                           status);
  return folded;
}

}  // namespace

struct TermReader::Libraries {
  const icu::Normalizer2* normalizer;  // ICU's own, never freed
  std::unique_ptr<icu::BreakIterator> words;
  std::array<Stemmer, language_count> stemmers;  // by language

  // Calls visit(word) for each word of a folded text.
  template <class Visit>
  void for_each_word(std::string_view folded, Visit visit) const {
    UErrorCode status = U_ZERO_ERROR;
    UText view = UTEXT_INITIALIZER;
    utext_openUTF8(&view, folded.data(), static_cast<int64_t>(folded.size()), &status);
    words->setText(&view, status);
    if (U_SUCCESS(status)) {
      int32_t begin = words->first();
      for (int32_t end = words->next(); end != icu::BreakIterator::DONE;
           begin = end, end = words->next()) {
        if (words->getRuleStatus() < UBRK_WORD_NONE_LIMIT) continue;
        visit(Word{static_cast<std::size_t>(begin), static_cast<std::size_t>(end)});
      }
    }
    utext_close(&view);
  }
};

TermReader::TermReader(std::unique_ptr<Libraries> libraries) : libraries_(std::move(libraries)) {}
TermReader::TermReader(TermReader&&) noexcept = default;
TermReader& TermReader::operator=(TermReader&&) noexcept = default;
TermReader::~TermReader() = default;

Result<TermReader> TermReader::create() {
  UErrorCode status = U_ZERO_ERROR;
  auto libraries = std::make_unique<Libraries>();
  libraries->normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
  libraries->words.reset(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  if (U_FAILURE(status)) {
    return fail(ErrorCode::internal, std::string("ICU has no data for words (") +
                                         u_errorName(status) + "): install libicu");
  }
  for (std::size_t i = 0; i < language_count; ++i) {
    const char* name = stemmer_name(static_cast<Language>(i));
    libraries->stemmers[i].reset(sb_stemmer_new(name, "UTF_8"));
    if (!libraries->stemmers[i]) {
      return fail(ErrorCode::internal,
                  "Snowball has no " + std::string(name) + " stemmer: install libstemmer");
    }
  }
  return TermReader(std::move(libraries));
}

std::vector<std::string> TermReader::read(std::string_view text, Language language) {
  const std::string folded = fold(*libraries_->normalizer, text);
  sb_stemmer* stemmer = libraries_->stemmers[static_cast<std::size_t>(language)].get();
  TermList terms(folded, stemmer, language);
  libraries_->for_each_word(folded, [&](const Word& word) { terms.add(word); });
  return terms.finish();
}

std::string TermReader::sequence(std::string_view text) {
  const std::string folded = fold(*libraries_->normalizer, text);
  std::string sequence = "\n";
  libraries_->for_each_word(folded, [&](const Word& word) {
    for (std::size_t i = word.begin; i < word.end;) {
      const std::string_view character = policy::character_at(folded, i);
      const bool alone = is_ideograph(character);
      if (alone && sequence.back() != '\n') sequence += '\n';
      sequence += character;
      i += character.size();
      if (alone || i >= word.end) sequence += '\n';
    }
  });
  return sequence;
}

}  // namespace seekd::cache
