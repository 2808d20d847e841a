#include "ctl/eval_answers.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "ctl/answer_cases.h"
#include "ctl/json_view.h"
#include "ctl/temporary_folder.h"
#include "ctl/trial_daemon.h"
#include "ctl/trial_site.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t tokens_max = 128;  // of an answer, both ways

struct Outcome {
  bool answered = false;  // the answer has what it should
  bool direct = false;    // so has the one that was written from the right passage alone
  std::size_t citations = 0;
  std::size_t citations_right = 0;  // their range of the snapshot has it
  double seconds = 0;               // of the whole way
  std::string content;
  std::string direct_content;
};

const json::object& message_of(const json::object& reply) {
  static const json::object none;
  const json::array& choices = array_at(reply, "choices");
  return choices.empty() || !choices.front().is_object()
             ? none
             : object_at(choices.front().get_object(), "message");
}

json::object question_of(const std::string& text) {
  return {{"messages", json::array{{{"role", "user"}, {"content", text}}}},
          {"max_tokens", tokens_max}};
}

class AnswerEvaluation {
 public:
  AnswerEvaluation(const AnswerRun& run, const TrialSite& site, const TrialDaemon& daemon)
      : run_(run), site_(site), daemon_(daemon), seekd_(daemon.connection()) {}

  // Serves what the cases need, and reads what is read before it is asked about: pages as they
  // were, and those that no question names.
  Status prepare(const std::vector<AnswerCase>& cases) {
    for (const AnswerCase& asked : cases) {
      if (asked.before.empty()) continue;
      if (Status put = serve(asked.page, asked.before); !put) return put;
    }
    for (const AnswerCase& asked : cases) {
      if (Status put = serve(asked.page, asked.page); !put) return put;
      for (const std::string& page : asked.beside) {
        if (Status put = serve(page, page); !put) return put;
      }
      if (asked.before.empty() && asked.named) continue;
      if (Status read = fetch(asked); !read) return read;
    }
    return daemon_.wait_for_vectors();
  }

  Result<Outcome> ask(const AnswerCase& asked) const {
    Outcome outcome;
    json::object request = question_of(asked.question);
    if (!asked.before.empty()) {
      const Status put = site_.put(asked.page, run_.pages / asked.page, TrialSite::Age::now);
      if (!put) return std::unexpected(put.error());
      request["max_age"] = 0;
    }
    if (asked.named) request["urls"] = urls_of(asked);
    const auto begin = Clock::now();
    const Result<json::object> reply = seekd_.post("/v1/chat/completions", request);
    if (!reply) return std::unexpected(reply.error());
    outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    outcome.content = text_at(message_of(*reply), "content");
    outcome.answered = has_answer(asked, outcome.content);
    if (Status judged = judge_citations(asked, *reply, outcome); !judged) {
      return std::unexpected(judged.error());
    }
    if (Status written = write_directly(asked, outcome); !written) {
      return std::unexpected(written.error());
    }
    return outcome;
  }

 private:
  // Once: what a page was stays until it is asked about.
  Status serve(const std::string& page, const std::string& file) {
    if (!served_.insert(page).second) return {};
    return site_.put(page, run_.pages / file, TrialSite::Age::old);
  }

  json::array urls_of(const AnswerCase& asked) const {
    json::array urls{json::value(site_.url_of(asked.page))};
    for (const std::string& page : asked.beside) urls.emplace_back(site_.url_of(page));
    return urls;
  }

  Status fetch(const AnswerCase& asked) const {
    for (const json::value& url : urls_of(asked)) {
      const auto reply = seekd_.post("/seekd/v1/fetch", {{"url", url}});
      if (!reply) return std::unexpected(reply.error());
      const std::string outcome = text_at(*reply, "outcome");
      if (outcome == "page" || outcome == "not_modified") continue;
      return fail(ErrorCode::unavailable,
                  "the trial's own page was not read: " + text_at(*reply, "message"));
    }
    return {};
  }

  Result<std::vector<std::string>> blocks_of(const std::string& url, std::int64_t version) const {
    std::string target = "/seekd/v1/page?url=" + query_value(url);
    if (version > 0) target += "&version=" + std::to_string(version);
    const auto page = seekd_.get(target);
    if (!page) return std::unexpected(page.error());
    std::vector<std::string> blocks;
    for (const json::value& block : array_at(*page, "blocks")) {
      if (block.is_object()) blocks.push_back(text_at(block.get_object(), "text"));
    }
    return blocks;
  }

  Status judge_citations(const AnswerCase& asked, const json::object& reply,
                         Outcome& outcome) const {
    for (const json::value& item : array_at(message_of(reply), "annotations")) {
      const json::object& citation = object_at(item.as_object(), "url_citation");
      const json::object& snapshot = object_at(citation, "snapshot");
      const auto blocks = blocks_of(text_at(citation, "url"), integer_at(snapshot, "version"));
      if (!blocks) return std::unexpected(blocks.error());
      std::string text;
      for (const std::string& block : *blocks) text += (text.empty() ? "" : "\n") + block;
      const auto begin = static_cast<std::size_t>(integer_at(snapshot, "byte_begin"));
      const auto end = static_cast<std::size_t>(integer_at(snapshot, "byte_end"));
      ++outcome.citations;
      if (begin < end && end <= text.size() && has_answer(asked, text.substr(begin, end - begin))) {
        ++outcome.citations_right;
      }
    }
    return {};
  }

  // The first block of the page that has the answer stands for the passage.
  Status write_directly(const AnswerCase& asked, Outcome& outcome) const {
    const auto blocks = blocks_of(site_.url_of(asked.page), 0);
    if (!blocks) return std::unexpected(blocks.error());
    const auto passage = std::ranges::find_if(
        *blocks, [&](const std::string& block) { return has_answer(asked, block); });
    if (passage == blocks->end()) {
      return fail(ErrorCode::invalid_argument,
                  "case '" + asked.id + "': no block of '" + asked.page + "' has its answer");
    }
    json::object request = question_of(*passage + "\n\n" + asked.question);
    request["disable_search"] = true;
    const auto reply = seekd_.post("/v1/chat/completions", request);
    if (!reply) return std::unexpected(reply.error());
    outcome.direct_content = text_at(message_of(*reply), "content");
    outcome.direct = has_answer(asked, outcome.direct_content);
    return {};
  }

  const AnswerRun& run_;
  const TrialSite& site_;
  const TrialDaemon& daemon_;
  const DaemonConnection& seekd_;
  std::set<std::string> served_;
};

json::object to_json(const AnswerCase& asked, const Outcome& outcome) {
  return {{"id", asked.id},
          {"answered", outcome.answered},
          {"citations", outcome.citations},
          {"citations_right", outcome.citations_right},
          {"seconds", outcome.seconds},
          {"answer", outcome.content},
          {"direct", outcome.direct},
          {"direct_answer", outcome.direct_content}};
}

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

json::object summary(const std::vector<Outcome>& outcomes, std::size_t pages_fetched) {
  std::vector<double> seconds;
  std::size_t answered = 0;
  std::size_t direct = 0;
  std::size_t citations = 0;
  std::size_t citations_right = 0;
  for (const Outcome& outcome : outcomes) {
    seconds.push_back(outcome.seconds);
    answered += outcome.answered ? 1 : 0;
    direct += outcome.direct ? 1 : 0;
    citations += outcome.citations;
    citations_right += outcome.citations_right;
  }
  std::ranges::sort(seconds);
  return {{"cases", static_cast<std::int64_t>(outcomes.size())},
          {"answered", share(answered, outcomes.size())},
          {"direct", share(direct, outcomes.size())},
          {"of_direct", share(answered, direct)},
          {"citations", static_cast<std::int64_t>(citations)},
          {"citation_precision", share(citations_right, citations)},
          {"pages_fetched", static_cast<std::int64_t>(pages_fetched)},
          {"seconds_median", seconds[seconds.size() / 2]}};
}

void tell(const json::object& all) {
  std::cerr << std::setprecision(3) << integer_at(all, "cases")
            << " questions: " << number_at(all, "answered") * 100 << " % answered, "
            << number_at(all, "of_direct") * 100 << " % of what the model answers with the right "
            << "passage before it (" << number_at(all, "direct") * 100 << " %); "
            << integer_at(all, "citations") << " citations, "
            << number_at(all, "citation_precision") * 100 << " % of them right; "
            << integer_at(all, "pages_fetched") << " pages fetched; "
            << number_at(all, "seconds_median") << " s a question (median)\n";
}

}  // namespace

Status run_answers(const AnswerRun& run, std::ostream& output) {
  const auto cases = read_cases(run.cases);
  if (!cases) return std::unexpected(cases.error());
  const auto folder = TemporaryFolder::create("seekd-eval");
  if (!folder) return std::unexpected(folder.error());
  const auto site = TrialSite::start(folder->path());
  if (!site) return std::unexpected(site.error());
  const auto daemon = TrialDaemon::start(folder->path(), *site, run.model);
  if (!daemon) return std::unexpected(daemon.error());
  AnswerEvaluation evaluation(run, *site, *daemon);
  if (Status ready = evaluation.prepare(*cases); !ready) return ready;
  std::vector<Outcome> outcomes;
  for (const AnswerCase& asked : *cases) {
    auto outcome = evaluation.ask(asked);
    if (!outcome) {
      return fail(outcome.error().code, "case '" + asked.id + "': " + outcome.error().message);
    }
    output << json::serialize(to_json(asked, *outcome)) << '\n' << std::flush;
    outcomes.push_back(std::move(*outcome));
  }
  const json::object all = summary(outcomes, site->requests());
  output << json::serialize(all) << '\n';
  tell(all);
  return {};
}

}  // namespace seekd::ctl
