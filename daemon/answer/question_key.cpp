#include "daemon/answer/question_key.h"

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <openssl/sha.h>

namespace seekd::daemon {
namespace {

constexpr std::string_view format = "seekd question 2";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Each value with its length before it: no two lists of values give the same bytes.
class Digest {
 public:
  void add(std::string_view text) {
    add(text.size());
    bytes_ += text;
  }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
  template <class Number>
    requires std::is_integral_v<Number> || std::is_enum_v<Number>
  void add(Number number) {
    const auto wide = static_cast<std::uint64_t>(number);
    for (unsigned shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<char>(wide >> shift & 0xFF));
    }
  }
  template <class T>
  void add(const std::optional<T>& value) {
    add(value.has_value());
    if (value) add(*value);
  }
  void add(std::chrono::seconds time) { add(time.count()); }
  template <class T>
  void add(const std::vector<T>& list) {
    add(list.size());
    for (const T& item : list) add(item);
  }

  // Every member is named: who adds one is asked by the compiler whether it matters here.
  void add(const model::Message& message) {
    const auto& [role, content, calls, call_id] = message;
    add(role);
    add(trimmed(content));
    add(calls);
    add(call_id);
  }
  void add(const model::ToolCall& call) {
    const auto& [id, name, arguments] = call;
    add(id);
    add(name);
    add(arguments);
  }
  void add(const model::Sampling& sampling) {
    const auto& [temperature, top_p, top_k, min_p, seed, frequency, presence, repetition,
                 logprobs] = sampling;
    add(temperature);
    add(top_p);
    add(top_k);
    add(min_p);
    add(seed);
    add(frequency);
    add(presence);
    add(repetition);
    add(logprobs);
  }
  void add(const Scope& scope) {
    const auto& [collections, restricted] = scope;
    add(collections);
    add(restricted);
  }
  void add(const ThinkingTerms& thinking) {
    const auto& [effort, low, medium, high] = thinking;
    add(effort);
    add(low);
    add(medium);
    add(high);
  }
  void add(TimePoint time) { add(time.time_since_epoch().count()); }
  void add(std::chrono::sys_days day) { add(day.time_since_epoch().count()); }
  void add(const DateFilter::Range& range) {
    const auto& [first, last] = range;
    add(first);
    add(last);
  }
  void add(const DateFilter& dates) {
    const auto& [published, updated, recency] = dates;
    add(published);
    add(updated);
    add(recency);
  }
  void add(const ReadingBudget& budget) {
    const auto& [rounds, fetches, bytes] = budget;
    add(rounds);
    add(fetches);
    add(bytes);
  }

  std::string sum() const {
    std::string sum(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size(),
           reinterpret_cast<unsigned char*>(sum.data()));
    return sum;
  }

 private:
  std::string bytes_;
};

}  // namespace

std::optional<std::string> question_key(const Question& question, std::string_view model,
                                        TimePoint now) {
  if (question.sampling.temperature > 0 && question.sampling.seed == 0) return std::nullopt;
  // A call's id is one conversation's.
  if (!question.tools.empty()) return std::nullopt;
  const auto& [asked_by, route, judge, messages, tools, tool_use, sampling, stop, shape, cache_salt,
               priority, tokens_max, thinking, urls, retrieval, search, reach, grounding, scope,
               max_age, as_of, dates, hosts, hosts_denied, budget, passages_max, passage_tokens_max,
               trace_id] = question;
  Digest digest;
  digest.add(format);
  digest.add(model);
  digest.add(std::chrono::floor<std::chrono::days>(now).time_since_epoch().count());
  digest.add(route);
  digest.add(judge);
  digest.add(messages);
  digest.add(sampling);
  digest.add(stop);
  digest.add(shape ? std::optional(shape->source()) : std::nullopt);
  digest.add(cache_salt);
  digest.add(priority);
  digest.add(tokens_max);
  digest.add(thinking);
  digest.add(urls);
  digest.add(retrieval);
  digest.add(search);
  digest.add(reach);
  digest.add(grounding);
  digest.add(scope);
  digest.add(max_age);
  digest.add(as_of);
  digest.add(dates);
  digest.add(hosts);
  digest.add(hosts_denied);
  digest.add(budget);
  digest.add(passages_max);
  digest.add(passage_tokens_max);
  return digest.sum();
}

}  // namespace seekd::daemon
