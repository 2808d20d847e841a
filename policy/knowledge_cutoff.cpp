#include "policy/knowledge_cutoff.h"

#include <algorithm>
#include <array>
#include <string>

namespace seekd::policy {
namespace {

using namespace std::chrono_literals;

struct Family {
  std::string_view name;  // lower case, without separators
  std::chrono::year_month known;
};

// The makers' model cards, and where they are silent the last crawl that the makers say they
// learned from, or the month half a year before the release: too early costs a page that need not
// have been read, too late an answer that is out of date. A more particular name stands first.
constexpr std::array families{
    Family{"deepseekr1distillllama", 2023y / 12},  // what was distilled brought no newer knowledge
    Family{"deepseekr1distillqwen", 2024y / 3},
    Family{"deepseekr1", 2024y / 7},
    Family{"deepseekv31", 2024y / 7},
    Family{"deepseekv3", 2024y / 7},
    Family{"deepseekv25", 2024y / 3},
    Family{"deepseekv2", 2023y / 11},
    Family{"deepseekcoderv2", 2023y / 11},
    Family{"deepseekllm", 2023y / 5},
    Family{"qwen3", 2024y / 10},
    Family{"qwen25", 2024y / 3},
    Family{"qwen2", 2023y / 12},
    Family{"qwq", 2024y / 3},
    Family{"llama38b", 2023y / 3},
    Family{"metallama38b", 2023y / 3},
    Family{"llama3", 2023y / 12},
    Family{"llama2", 2022y / 9},
    Family{"smollm3", 2024y / 12},
    Family{"smollm2", 2024y / 4},
};

TimePoint end_of(std::chrono::year_month month) {
  return std::chrono::sys_days((month + std::chrono::months(1)) / 1);
}

std::string without_separators(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) plain += lower;
  }
  return plain;
}

}  // namespace

std::optional<TimePoint> known_cutoff(std::string_view model_name) {
  const std::string name = without_separators(model_name.substr(model_name.rfind('/') + 1));
  const auto* const family =
      std::ranges::find_if(families, [&](const Family& f) { return name.contains(f.name); });
  if (family == families.end()) return std::nullopt;
  return end_of(family->known);
}

std::optional<TimePoint> knowledge_cutoff(std::optional<std::chrono::year_month> told,
                                          std::string_view model_name) {
  return told ? end_of(*told) : known_cutoff(model_name);
}

}  // namespace seekd::policy
