#include "tests/bench/cache_corpus.h"

#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>

#include <boost/json.hpp>

#include "tests/bench/child.h"

namespace seekd::bench {
namespace {

namespace json = boost::json;
using Record = ctl::CollectionRecord;

constexpr std::size_t words_per_document = 200;  // as SciFact's abstracts have
constexpr std::uint32_t words_per_name = 200;

// Text by the pairs of words that a collection has.
class Writer {
 public:
  explicit Writer(const std::vector<Record>& documents) {
    std::unordered_map<std::string, std::uint32_t> numbers;
    for (const Record& document : documents) {
      std::istringstream text(document.text);
      for (std::string word; text >> word;) {
        const auto [known, added] =
            numbers.emplace(word, static_cast<std::uint32_t>(words_.size()));
        if (added) {
          words_.push_back(word);
          places_.emplace_back();
        }
        places_[known->second].push_back(static_cast<std::uint32_t>(text_.size()));
        text_.push_back(known->second);
      }
    }
    if (text_.empty()) give_up("the collection has no words");
  }

  std::string write() {
    std::string text;
    std::size_t place = random_() % text_.size();
    for (std::size_t i = 0; i < words_per_document; ++i) {
      text += random_() % words_per_name == 0 ? name() : words_[text_[place]];
      text += ' ';
      const std::vector<std::uint32_t>& places = places_[text_[place]];
      place = (places[random_() % places.size()] + 1) % text_.size();
    }
    return text;
  }

 private:
  std::string name() { return "N" + std::to_string(random_() % 10'000'000); }

  std::mt19937 random_{20261122};
  std::vector<std::string> words_;                  // each once
  std::vector<std::uint32_t> text_;                 // all documents, by number of word
  std::vector<std::vector<std::uint32_t>> places_;  // of each word in the text
};

}  // namespace

std::vector<Record> read_records(const std::filesystem::path& file) {
  std::vector<Record> records;
  const Status read = ctl::for_each_record(file, [&](Record record) -> Status {
    records.push_back(std::move(record));
    return {};
  });
  if (!read) give_up(read.error().message);
  return records;
}

void grow(std::vector<Record>& documents, std::size_t count) {
  Writer writer(documents);
  documents.reserve(count);
  while (documents.size() < count) {
    documents.push_back(
        {.id = "made-" + std::to_string(documents.size()), .title = "", .text = writer.write()});
  }
}

void write_records(const std::filesystem::path& file, const std::vector<Record>& records) {
  std::ofstream out(file);
  for (const Record& record : records) {
    const std::string text = record.title.empty() ? record.text : record.title + "\n" + record.text;
    out << json::serialize(json::object{{"_id", record.id}, {"text", text}}) << '\n';
  }
  if (!out.flush()) give_up("'" + file.string() + "' cannot be written");
}

}  // namespace seekd::bench
