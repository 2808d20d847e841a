#include "cache/index/rerank.h"

#include <algorithm>
#include <span>
#include <utility>

namespace seekd::cache {
namespace {

// What a passage says, and where it stands.
std::string judged_text(const Passage& passage) {
  std::string whole = passage.title;
  for (const std::string& part : {passage.heading_path, passage.text}) {
    if (!whole.empty() && !part.empty()) whole += '\n';
    whole += part;
  }
  return whole;
}

}  // namespace

Result<std::vector<Passage>> rerank(std::vector<Passage> passages, const std::string& query,
                                    std::size_t top, const Reranking& reranking) {
  std::vector<std::string> texts;
  for (const Passage& passage : passages) {
    if (texts.size() == reranking.candidates) break;
    texts.push_back(judged_text(passage));
  }
  const auto judged = reranking.judge(query, texts);
  if (!judged) return std::unexpected(judged.error());
  const std::size_t count = std::min(judged->size(), texts.size());
  double least = 1.0;
  for (std::size_t i = 0; i < count; ++i) {
    passages[i].score = (*judged)[i];
    least = std::min(least, passages[i].score);
  }
  const auto rest = passages.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::stable_sort(passages.begin(), rest, std::ranges::greater{}, &Passage::score);
  // Below all that were judged, and among themselves as far apart as before.
  const double best = rest == passages.end() ? 0.0 : rest->score;
  for (Passage& passage : std::span(rest, passages.end())) {
    passage.score = best > 0.0 ? least * passage.score / best : 0.0;
  }
  if (passages.size() > top)
    passages.erase(passages.begin() + static_cast<std::ptrdiff_t>(top), passages.end());
  return passages;
}

}  // namespace seekd::cache
