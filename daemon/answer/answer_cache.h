// AnswerCache: answers that are given again to who asks the same, bounded by bytes; those that were
// not asked for the longest go first.
//
// An answer stands on the pages that it names, each at one version. Whether these still stand is
// asked before it is given (kept_answer_check.h), and it is taken out when one does not.
//
// Not thread-safe; all calls on the I/O thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "daemon/answer/answer.h"
#include "daemon/answer/question.h"

namespace seekd::daemon {

class AnswerCache {
 public:
  // 0: nothing is kept.
  explicit AnswerCache(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  // nullptr: there is none.
  std::shared_ptr<const Answer> find(const std::string& key);
  void keep(const std::string& key, Answer answer);
  void take_out(const std::string& key);
  void clear();

  std::uint64_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Answer> answer;
    std::uint64_t bytes = 0;
  };

  const std::uint64_t bytes_max_;
  std::uint64_t bytes_ = 0;
  std::list<Entry> entries_;  // the latest asked for first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
};

// May it be given again? It was not cut by the clock, no page was hard to come by, and it cites
// stored pages or was wanted of the model alone.
bool may_be_kept(const Answer& answer, const Question& question);

}  // namespace seekd::daemon
