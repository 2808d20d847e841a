#include "tests/bench/retrieval_quality.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iomanip>
#include <sstream>

namespace seekd::bench {

Judgements read_judgements(const std::filesystem::path& file) {
  Judgements judgements;
  std::ifstream lines(file);
  std::string query;
  std::string document;
  std::string relevance;
  while (lines >> query >> document >> relevance) {
    judgements[query][document] = std::atoi(relevance.c_str());
  }
  return judgements;
}

namespace {

double ndcg(const Found& found, const Judgements& judgements) {
  double sum = 0;
  std::size_t judged = 0;
  for (const auto& [query, relevant] : judgements) {
    std::vector<int> ideal;
    for (const auto& [document, relevance] : relevant) ideal.push_back(relevance);
    std::ranges::sort(ideal, std::ranges::greater{});
    double best = 0;
    for (std::size_t i = 0; i < std::min(ideal.size(), top); ++i) {
      best += ideal[i] / std::log2(i + 2.0);
    }
    const auto results = found.find(query);
    if (best <= 0 || results == found.end()) continue;
    double gain = 0;
    for (std::size_t i = 0; i < std::min(results->second.size(), top); ++i) {
      const auto known = relevant.find(results->second[i]);
      if (known != relevant.end()) gain += known->second / std::log2(i + 2.0);
    }
    sum += gain / best;
    ++judged;
  }
  return judged == 0 ? 0 : sum / static_cast<double>(judged);
}

}  // namespace

std::string quality(const Found& found, const Judgements& judgements) {
  std::ostringstream text;
  text << "nDCG@10 " << std::fixed << std::setprecision(3) << ndcg(found, judgements);
  return text.str();
}

}  // namespace seekd::bench
