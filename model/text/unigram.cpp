#include "model/text/unigram.h"

#include <algorithm>
#include <utility>

#include <unicode/uchar.h>

#include "model/text/utf8.h"

namespace seekd::model {
namespace {

constexpr std::string_view kMark = "\u2581";  // "▁"
constexpr double kUnknownPenalty = 10.0;      // below the least score of a piece

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  while (true) {
    const std::size_t at = text.find(what);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += with;
    text.remove_prefix(at + what.size());
  }
}

struct Apply {
  std::string text;

  std::string operator()(const Charsmap& map) const { return map.normalize(text); }
  std::string operator()(const ReplaceText& step) const {
    return replaced(text, step.what, step.with);
  }
  std::string operator()(const ReplaceSpaces& step) const {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_not_of(' ', at), text.size());
      if (end - at >= 2) {
        out += step.with;
        at = end;
      } else {
        out += text[at++];
      }
    }
    return out;
  }
  std::string operator()(const StripText& step) const {
    std::string_view rest = text;
    if (step.left) rest.remove_prefix(leading_white_space(rest));
    if (step.right) rest.remove_suffix(trailing_white_space(rest));
    return std::string(rest);
  }
};

std::vector<std::string> split_at_white_space(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto close = [&] {
    if (!word.empty()) words.push_back(std::string(kMark) + word);
    word.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (u_hasBinaryProperty(next_character(text, at), UCHAR_WHITE_SPACE) != 0) {
      close();
    } else {
      word += text.substr(begin, at - begin);
    }
  }
  close();
  return words;
}

std::vector<std::string> split_at_marks(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t from = text.starts_with(kMark) ? kMark.size() : 0;
    const std::size_t end = std::min(text.find(kMark, from), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

}  // namespace

Unigram::Unigram(UnigramData data)
    : EncoderTokenizer(data.ends),
      unknown_(data.unknown),
      size_(data.pieces.size()),
      steps_(std::move(data.steps)),
      split_(data.split),
      mark_first_(data.mark_first) {
  for (std::size_t id = 0; id < data.pieces.size(); ++id) {
    UnigramData::Piece& piece = data.pieces[id];
    unknown_score_ = std::min(unknown_score_, piece.score);
    if (piece.special || piece.text.empty() || static_cast<TokenId>(id) == unknown_) continue;
    piece_bytes_max_ = std::max(piece_bytes_max_, piece.text.size());
    entries_.push_back({std::move(piece.text), piece.score, static_cast<TokenId>(id)});
  }
  unknown_score_ -= kUnknownPenalty;
  // Of two of one text the later one counts.
  std::ranges::stable_sort(entries_, {}, &Entry::text);
  const auto same = [](const Entry& a, const Entry& b) { return a.text == b.text; };
  const auto kept = std::unique(entries_.rbegin(), entries_.rend(), same);
  entries_.erase(entries_.begin(), kept.base());
}

std::string Unigram::prepare(std::string_view text) const {
  std::string valid;
  append_valid_utf8(text, valid);
  for (const UnigramStep& step : steps_) valid = std::visit(Apply{std::move(valid)}, step);
  return valid;
}

std::vector<std::string> Unigram::words(const std::string& prepared) const {
  if (split_ == SplitWords::at_white_space) return split_at_white_space(prepared);
  std::string marked = replaced(prepared, " ", kMark);
  if (marked.empty()) return {};
  if (mark_first_ && !marked.starts_with(kMark)) marked.insert(0, kMark);
  if (split_ == SplitWords::at_marks) return split_at_marks(marked);
  return {std::move(marked)};
}

// Every piece that begins at `begin`, byte by byte among those that begin so.
void Unigram::extend(std::string_view word, std::size_t begin, std::vector<Step>& steps) const {
  const double here = steps[begin].score;
  const auto offer = [&](std::size_t end, double score, TokenId id) {
    Step& step = steps[end];
    if (step.reached && here + score <= step.score) return;
    step = {here + score, begin, id, true};
  };
  std::size_t character_end = begin;
  next_character(word, character_end);
  bool alone = false;
  auto first = entries_.begin();
  auto last = entries_.end();
  for (std::size_t at = begin; at < word.size() && first != last; ++at) {
    const std::size_t depth = at - begin;
    // Shorter ones stand first: their byte here is before all others.
    const auto byte_of = [depth](const Entry& entry) {
      return depth < entry.text.size() ? static_cast<unsigned char>(entry.text[depth]) : -1;
    };
    const int byte = static_cast<unsigned char>(word[at]);
    first = std::ranges::lower_bound(first, last, byte, {}, byte_of);
    last = std::ranges::upper_bound(first, last, byte, {}, byte_of);
    if (first == last || first->text.size() != depth + 1) continue;
    offer(at + 1, first->score, first->id);
    alone = alone || at + 1 == character_end;
  }
  if (!alone) offer(character_end, unknown_score_, unknown_);
}

std::vector<Unigram::Cut> Unigram::cut(std::string_view word) const {
  std::vector<Step> steps(word.size() + 1);
  steps[0].reached = true;
  for (std::size_t at = 0; at < word.size(); next_character(word, at)) {
    if (steps[at].reached) extend(word, at, steps);
  }
  std::vector<Cut> cuts;
  for (std::size_t end = word.size(); end > 0;) {
    const std::size_t begin = steps[end].begin;
    const std::string_view text = word.substr(begin, end - begin);
    // Unknown characters that stand together are one token.
    if (!cuts.empty() && steps[end].id == unknown_ && cuts.back().id == unknown_) {
      cuts.back().text = {text.data(), text.size() + cuts.back().text.size()};
    } else {
      cuts.push_back({text, steps[end].id});
    }
    end = begin;
  }
  std::ranges::reverse(cuts);
  return cuts;
}

std::vector<TokenId> Unigram::pieces(std::string_view text, std::size_t count_max) const {
  std::vector<TokenId> ids;
  for (const std::string& word : words(prepare(text))) {
    if (ids.size() >= count_max) break;
    // No more of it can come within the limit.
    std::string_view whole = word;
    const std::size_t bytes_max = (count_max + 1) * piece_bytes_max_;
    if (whole.size() > bytes_max) {
      whole = whole.substr(0, valid_utf8_prefix(whole.substr(0, bytes_max)));
    }
    for (const Cut& piece : cut(whole)) ids.push_back(piece.id);
  }
  if (ids.size() > count_max) ids.resize(count_max);
  return ids;
}

double Unigram::readable_share(std::string_view text) const {
  std::size_t all = 0;
  std::size_t readable = 0;
  for (const std::string& word : words(prepare(text))) {
    for (const Cut& piece : cut(word)) {
      const std::size_t characters =
          characters_in(piece.text) - (piece.text.starts_with(kMark) ? 1 : 0);
      all += characters;
      if (piece.id != unknown_) readable += characters;
    }
  }
  return all == 0 ? 1.0 : static_cast<double>(readable) / static_cast<double>(all);
}

}  // namespace seekd::model
