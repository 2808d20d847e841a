// Quality of retrieval on a judged collection: SciFact as BEIR has it. The measure and the cut-off
// are BEIR's: nDCG@10, a document counting as its best passage (N. Thakur et al., "BEIR", 2021).

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

const std::filesystem::path folder = "../shared/data/retrieval/scifact";
const std::string url_prefix = "https://scifact.example/";

std::string unzip(const std::filesystem::path& file) {
  struct Close {
    void operator()(FILE* pipe) const { ::pclose(pipe); }
  };
  std::unique_ptr<FILE, Close> pipe(::popen(("gzip -dc " + file.string()).c_str(), "r"));
  std::string text;
  char buffer[1 << 16];
  while (std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe.get())) {
    text.append(buffer, size);
  }
  return text;
}

std::string field(const boost::json::value& object, const char* name) {
  return std::string(object.at(name).as_string());
}

using Judgements = std::map<std::string, std::map<std::string, int>>;  // query → document → grade

Judgements read_judgements() {
  Judgements judgements;
  std::ifstream file(folder / "qrels.tsv");
  std::string line;
  std::getline(file, line);
  std::string query;
  std::string document;
  for (int grade = 0; file >> query >> document >> grade;) judgements[query][document] = grade;
  return judgements;
}

double ndcg_at_10(const std::vector<std::string>& ranking,
                  const std::map<std::string, int>& grades) {
  const auto discounted = [](int grade, std::size_t rank) {
    return grade / std::log2(static_cast<double>(rank) + 2.0);
  };
  double gain = 0.0;
  for (std::size_t i = 0; i < std::min<std::size_t>(ranking.size(), 10); ++i) {
    auto grade = grades.find(ranking[i]);
    if (grade != grades.end()) gain += discounted(grade->second, i);
  }
  std::vector<int> ideal;
  ideal.reserve(grades.size());
  for (const auto& [document, grade] : grades) ideal.push_back(grade);
  std::ranges::sort(ideal, std::greater{});
  double ideal_gain = 0.0;
  for (std::size_t i = 0; i < std::min<std::size_t>(ideal.size(), 10); ++i) {
    ideal_gain += discounted(ideal[i], i);
  }
  return ideal_gain > 0.0 ? gain / ideal_gain : 0.0;
}

void store_corpus(PageCache& cache) {
  std::istringstream corpus(unzip(folder / "corpus.jsonl.gz"));
  for (std::string line; std::getline(corpus, line);) {
    const boost::json::value document = boost::json::parse(line);
    FetchedPage page = page_of(url_prefix + field(document, "_id"), {});
    page.metadata.title = field(document, "title");
    if (std::string text = field(document, "text"); !text.empty()) {
      page.blocks.push_back(paragraph(std::move(text)));
    }
    Result<StoreOutcome> outcome = cache.store(page, at(0));
    if (!outcome) FAIL(outcome.error().message);
  }
}

std::vector<std::string> documents_for(PageCache& cache, const std::string& text) {
  SearchQuery query = query_for(text);
  query.top = 50;
  Result<std::vector<Passage>> passages = cache.search(query, at(0));
  if (!passages) FAIL(passages.error().message);
  std::vector<std::string> documents;
  for (const Passage& passage : *passages) {
    std::string document = passage.url.substr(url_prefix.size());
    if (std::ranges::find(documents, document) == documents.end()) documents.push_back(document);
  }
  return documents;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("BM25 over passages reaches nDCG@10 of 0.66 on SciFact", "[quality]") {
  if (!std::filesystem::exists(folder)) {
    std::cout << "skipped: no " << folder << "\n";
    return;
  }
  TemporaryCache cache;
  PageCache& open = cache.open();
  const auto storing = std::chrono::steady_clock::now();
  store_corpus(open);
  const double store_s = seconds_since(storing);

  const Judgements judgements = read_judgements();
  std::ifstream queries(folder / "queries.jsonl");
  double sum = 0.0;
  std::vector<double> latencies;
  for (std::string line; std::getline(queries, line);) {
    const boost::json::value query = boost::json::parse(line);
    auto grades = judgements.find(field(query, "_id"));
    if (grades == judgements.end()) continue;
    const auto searching = std::chrono::steady_clock::now();
    const std::vector<std::string> documents = documents_for(open, field(query, "text"));
    latencies.push_back(seconds_since(searching));
    sum += ndcg_at_10(documents, grades->second);
  }
  REQUIRE(latencies.size() == judgements.size());
  std::ranges::sort(latencies);
  const double ndcg = sum / static_cast<double>(latencies.size());
  const CacheStatistics statistics = *open.statistics();
  std::cout << "scifact: nDCG@10 " << ndcg << ", " << statistics.pages << " pages, "
            << statistics.passages << " passages, stores/s " << statistics.pages / store_s
            << ", search p50 " << latencies[latencies.size() / 2] * 1e3 << " ms, disk "
            << (statistics.disk_bytes >> 20) << " MiB\n";
  CHECK(ndcg >= 0.66);
}
