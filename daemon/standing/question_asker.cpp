#include "daemon/standing/question_asker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/json.hpp>

#include "daemon/access/terms.h"
#include "daemon/api/asking.h"
#include "daemon/api/chat_request.h"
#include "daemon/audit/audited_answer.h"
#include "daemon/services.h"
#include "policy/page_text_guard.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t title_bytes_max = 200;

// At the end of a character of UTF-8.
std::string cut(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

// The words of a model that draws none at random are the same where the pages are.
std::string request_of(const StandingQuestion& question) {
  return json::serialize(json::object{
      {"messages", {{{"role", "user"}, {"content", question.text}}}}, {"temperature", 0}});
}

std::unexpected<Error> refused(const ApiError& error) {
  const auto code = error.status == 429 ? ErrorCode::busy : ErrorCode::invalid_argument;
  return fail(code, error.message);
}

json::object audited(const Caller& owner, std::uint64_t watch, json::value question,
                     const std::string& trace_id, const Result<Answer>& answer) {
  json::object fields{{"caller", owner.name},
                      {"watch", watch},
                      {"question", std::move(question)},
                      {"trace_id", trace_id}};
  if (!answer) {
    fields["outcome"] = to_string(answer.error().code);
    return fields;
  }
  fields["outcome"] = answer->citations.empty() ? "answered" : "cited";
  for (auto& field : audited_answer(*answer)) fields.insert(std::move(field));
  return fields;
}

void charge(Services& services, const Caller& owner, const Answer& answer) {
  const auto now = std::chrono::steady_clock::now();
  services.limits.charge_tokens(owner, charged_tokens(answer), now);
  services.limits.charge_fetches(owner, charged_fetches(answer), now);
}

}  // namespace

Result<Caller> QuestionAsker::owner_of(const StandingQuestion& question) const {
  auto caller = services_.identities.recall(question.owner, wall_clock());
  if (!caller) return refused(caller.error());
  for (const policy::Right right : {policy::Right::watch, policy::Right::ask}) {
    if (caller->rights.has(right)) continue;
    return fail(ErrorCode::invalid_argument,
                "its owner has lost the right \"" + std::string(to_string(right)) + '"');
  }
  return *std::move(caller);
}

Result<std::shared_ptr<AnswerDesk::Seat>> QuestionAsker::ask(const Caller& owner,
                                                             std::uint64_t watch,
                                                             const StandingQuestion& question,
                                                             const std::string& trace_id,
                                                             Done done) {
  const Status available = services_.model.available(std::chrono::steady_clock::now());
  if (!available) return fail(ErrorCode::unavailable, available.error().message);
  auto request = parse_chat_request(request_of(question), services_.model.model().info(),
                                    services_.config.answer, services_.collections.readable(owner));
  if (!request) return refused(request.error());
  if (const auto error = hold_to(owner, request->question)) return refused(*error);
  if (const auto refusal = services_.limits.no_fetches(owner, std::chrono::steady_clock::now())) {
    services_.metrics.refused(refusal->reason);
    return refused(refusal->error);
  }
  request->question.priority = model::Priority::background;
  choose_models(services_, owner, request->question);
  request->question.trace_id = trace_id;
  return services_.answers.ask(
      services_, std::move(request->question),
      {.on_text = [](const model::TextDelta&) {},
       .on_step = [](const TraceStep&) {},
       .on_done =
           [&services = services_, owner, watch, text = question.text, trace_id,
            done = std::move(done)](const Result<Answer>& answer) {
             if (answer) charge(services, owner, *answer);
             services.auditor.record(
                 "standing_question",
                 audited(owner, watch, services.auditor.question(text), trace_id, answer));
             done(answer);
           }});
}

StandingAnswer standing_answer_of(const Answer& answer, TimePoint now) {
  StandingAnswer kept;
  kept.at = now;
  kept.confirmed_at = now;
  kept.content = cut(policy::visible_text(answer.content), standing_answer_bytes_max);
  for (std::size_t i = 0; i < answer.sources.size(); ++i) {
    const Source& source = answer.sources[i];
    const bool cited = std::ranges::count(answer.citations, i, &Citation::source) > 0;
    const bool known = std::ranges::count(kept.cited, source.url, &CitedPage::url) > 0;
    if (!cited || known || kept.cited.size() == cited_pages_max) continue;
    kept.cited.push_back({source.url, cut(policy::visible_text(source.title), title_bytes_max),
                          source.snapshot_hash, source.version});
  }
  return kept;
}

}  // namespace seekd::daemon
