// What scripts/train-freshness learns from: a question a line in; its terms and what the rules say
// of it, as seekd computes them, a line of JSON out.
//
// usage: print-question-features DATE < QUESTIONS (the day they are asked, 2023-12-31)

#include <chrono>
#include <iostream>
#include <sstream>
#include <string>

#include <boost/json.hpp>

#include "policy/question_evidence.h"
#include "policy/question_terms.h"

int main(int argc, char** argv) {
  using namespace seekd;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char dash = 0;
  std::istringstream date(argc == 2 ? argv[1] : "");
  if (!(date >> year >> dash >> month >> dash >> day)) {
    std::cerr << "usage: print-question-features YYYY-M-D < QUESTIONS\n";
    return 2;
  }
  const TimePoint asked = std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                                                static_cast<int>(day));
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<policy::Word> words = policy::words_of(line);
    const auto sum = policy::sum_of(policy::evidence_of(line, words, asked));
    boost::json::array terms;
    for (const std::string& term : policy::question_terms(words, year)) terms.emplace_back(term);
    std::cout << boost::json::object{{"terms", std::move(terms)},
                                     {"log_odds", sum.log_odds},
                                     {"fast", sum.is_fast()}}
              << '\n';
  }
}
