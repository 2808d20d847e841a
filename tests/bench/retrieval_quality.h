// nDCG@10 of what a search found on a judged collection (K. Järvelin, J. Kekäläinen, "Cumulated
// Gain-Based Evaluation of IR Techniques", 2002). Pure but for reading the file.

#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace seekd::bench {

inline constexpr std::size_t top = 10;

using Found = std::map<std::string, std::vector<std::string>>;  // query → documents, best first

// query → document → relevance
using Judgements = std::unordered_map<std::string, std::unordered_map<std::string, int>>;

Judgements read_judgements(const std::filesystem::path& file);

// "nDCG@10 0.666", over the queries that are judged.
std::string quality(const Found& found, const Judgements& judgements);

}  // namespace seekd::bench
