// What seekd-bench cache stores and asks: a judged collection, and documents made up in its words.
//
// One thread. What cannot be read ends the benchmark.

#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "ctl/collection.h"

namespace seekd::bench {

std::vector<ctl::CollectionRecord> read_records(const std::filesystem::path& file);

// More documents, until there are `count`: each word is one that follows the word before somewhere
// in the given ones, so that words are as frequent and stand together as they do there; every
// two-hundredth is a name of its own, since a larger collection has more words.
void grow(std::vector<ctl::CollectionRecord>& documents, std::size_t count);

// As cache_peers.py reads them.
void write_records(const std::filesystem::path& file,
                   const std::vector<ctl::CollectionRecord>& records);

}  // namespace seekd::bench
