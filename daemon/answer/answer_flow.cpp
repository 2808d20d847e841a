#include "daemon/answer/answer_flow.h"

#include <utility>

#include "daemon/answer/model_opinion.h"
#include "daemon/answer/page_as_of.h"
#include "daemon/answer/snapshot_check.h"
#include "policy/knowledge_cutoff.h"
#include "policy/site.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

using Clock = std::chrono::steady_clock;

// Of a model of another server nobody says how large it is; who names it to judge means it.
bool judges(const model::Model& judge, const config::Config& config) {
  const std::uint64_t parameters = judge.info().parameters;
  if (parameters == 0) return config.answer.model_judges != config::ModelAsked::never;
  return is_asked(config.answer.model_judges, parameters);
}

ModelView view_of(const Services& services, const std::string& route, const std::string& judge) {
  const auto model = services.routes.model(route);
  return {.context_tokens = model->info().context_tokens,
          .task = task_for(model->info().parameters),
          .judges = judges(*services.routes.model(judge), services.config),
          .searches = is_asked(services.config.answer.model_searches,
                               services.model.model().info().parameters),
          .calls_tools = services.model.model().info().calls_tools,
          .knowledge_cutoff =
              policy::knowledge_cutoff(services.routes.knowledge_cutoff(route), model->info().name),
          .count_tokens = [model](std::string_view text) { return model->count_tokens(text); },
          .count_prompt_tokens =
              [model](const std::vector<model::Message>& messages,
                      const std::vector<model::Tool>& tools) {
                return model->count_prompt_tokens(messages, tools);
              }};
}

// The longest body that the door may transfer of that page.
std::uint64_t body_bytes_max(const config::Config& config, std::string_view address) {
  const auto url = policy::parse_url(address);
  if (!url) return config.fetcher.wire_bytes_max;
  const policy::Site site = policy::site_of(config.egress.sites, url->host);
  return site.wire_bytes_max.value_or(config.fetcher.wire_bytes_max);
}

AnswerMachine::Settings settings_of(const Services& services) {
  const config::Config& config = services.config;
  const bool web = services.web != nullptr && services.web->configured();
  return {.deadline = config.answer.deadline,
          .reading = {.freshness = config.cache.freshness,
                      .body_bytes_max =
                          [&config](std::string_view url) { return body_bytes_max(config, url); }},
          .web_queries_max = web ? config.search.queries_max : 0};
}

}  // namespace

AnswerFlow::AnswerFlow(Services& services, Question question, Listener listener)
    : services_(services),
      local_model_(services.model.hold()),
      claimant_(question.asked_by),
      route_(question.model),
      judge_(question.judge),
      private_texts_(private_texts(question.messages, services.config.privacy)),
      trace_id_(question.trace_id),
      machine_(std::move(question), settings_of(services), view_of(services, route_, judge_)),
      meter_(services.metrics, Clock::now()),
      listener_(std::move(listener)),
      arrived_(Clock::now()),
      reading_deadline_(services.executor),
      answer_deadline_(services.executor) {}

std::shared_ptr<AnswerFlow> AnswerFlow::start(Services& services, Question question,
                                              Listener listener) {
  const std::shared_ptr<AnswerFlow> flow(
      new AnswerFlow(services, std::move(question), std::move(listener)));
  flow->arm(flow->answer_deadline_, services.config.answer.deadline, event::AnswerDeadline{});
  // Posted, so that the caller holds the flow before anything comes of it.
  auto admitted = services.admission.enter(flow->claimant_, [flow] {
    boost::asio::post(flow->services_.executor, [flow] { flow->begin(); });
  });
  if (admitted) {
    flow->ticket_ = *admitted;
  } else {
    boost::asio::post(services.executor, [flow, error = std::move(admitted.error())] {
      flow->act(action::Finish{std::unexpected(error)});
    });
  }
  return flow;
}

// The places go at once, whatever the machine is at.
void AnswerFlow::cancel() {
  services_.admission.leave(ticket_);
  services_.routes.take_back(generation_);
  feed(event::Cancelled{});
}

void AnswerFlow::begin() {
  meter_.admitted(Clock::now());
  if (!listener_.on_done) return;
  feed(event::Started{});
}

void AnswerFlow::feed(Event event) {
  events_.push_back(std::move(event));
  if (!thinking_) think();
}

void AnswerFlow::think() {
  thinking_ = true;
  Event event = std::move(events_.front());
  events_.pop_front();
  services_.workers.run(
      [this, event = std::move(event)]() mutable {
        return machine_.resume(std::move(event), services_.cache.clock().read().latest);
      },
      [self = shared_from_this()](Actions actions) {
        for (Action& action : actions) {
          std::visit([&](auto& what) { self->act(std::move(what)); }, action);
        }
        self->thinking_ = false;
        if (!self->events_.empty()) self->think();
      });
}

void AnswerFlow::act(action::LookUp what) {
  services_.cache.run(
      [url = std::move(what.url), as_of = what.as_of](cache::PageCache& cache, TimePoint now) {
        return as_of ? find_as_of(cache, url, *as_of, now) : cache.find(url, now);
      },
      [self = shared_from_this(), page = what.page](auto stored) {
        self->feed(event::Found{page, std::move(stored)});
      });
}

void AnswerFlow::act(action::Judge what) {
  const auto self = shared_from_this();
  generation_ = services_.routes.score(
      judge_, claimant_, std::move(what.request), {{}, private_texts_},
      [self](auto scores) { self->feed(event::Judged{std::move(scores)}); }, local_model_);
}

void AnswerFlow::act(action::Search what) {
  services_.cache.run(
      [query = std::move(what.query)](cache::PageCache& cache, TimePoint now) {
        return cache.search(query, now);
      },
      [self = shared_from_this()](auto passages) {
        self->feed(event::Searched{std::move(passages)});
      });
}

void AnswerFlow::act(const action::Fetch& what) {
  PageFlights::Wish wish{.request = what.request, .asker = Asker::question, .asked_at = arrived_};
  wish.request.trace_id = trace_id_;
  if (what.max_age) wish.begun_since = arrived_ - *what.max_age;
  const auto self = shared_from_this();
  fetches_[what.page].seat = services_.flights.board(
      std::move(wish), [self, page = what.page](const Result<fetcher::FetchReply>& reply) {
        self->fetches_[page].landed = true;
        self->feed(event::Fetched{page, reply});
      });
}

void AnswerFlow::act(action::SearchWeb what) {
  web_search_ = services_.web->search(std::move(what.queries), trace_id_,
                                      [self = shared_from_this()](WebFindings findings) {
                                        self->feed(event::WebSearched{std::move(findings)});
                                      });
}

void AnswerFlow::act(action::StopSearchingWeb) {
  web_search_->cancel();
}

void AnswerFlow::act(action::JudgeCoverage what) {
  const auto self = shared_from_this();
  generation_ = services_.routes.score(
      judge_, claimant_, std::move(what.request), {std::move(what.collections), private_texts_},
      [self](auto scores) { self->feed(event::CoverageJudged{std::move(scores)}); }, local_model_);
}

// Steps of the search are the local model's: what it looks for and through stays on this host.
void AnswerFlow::act(action::AskModel what) {
  const auto self = shared_from_this();
  generation_ = services_.routes.generate(
      config::local_model, claimant_, std::move(what.request), {{}, private_texts_},
      {.on_begin = [](const std::string&) {},
       .on_text = [](const model::TextDelta&) {},
       .on_done = [self](auto generation) { self->feed(event::ModelSaid{std::move(generation)}); }},
      local_model_);
}

void AnswerFlow::act(action::ArmReadingDeadline) {
  arm(reading_deadline_, services_.config.answer.reading_deadline, event::ReadingDeadline{});
}

void AnswerFlow::act(action::StopFetches) {
  leave_flights();
}

void AnswerFlow::act(action::Keep what) {
  fetches_[what.page].seat->kept(
      [self = shared_from_this(), page = what.page](const Result<KeptPage>& kept) {
        if (!kept) return self->feed(event::Stored{page, std::unexpected(kept.error())});
        self->feed(event::Stored{page, kept->page});
      });
}

void AnswerFlow::act(action::Generate what) {
  services_.admission.reached_model(ticket_);
  meter_.handed_over(Clock::now());
  const auto self = shared_from_this();
  generation_ = services_.routes.generate(
      route_, claimant_, std::move(what.request), {std::move(what.collections), private_texts_},
      {.on_begin = [self](const std::string& model) { self->model_begins(model); },
       .on_text =
           [self](model::TextDelta delta) {
             self->meter_.wrote(Clock::now());
             self->feed(event::Tokens{std::move(delta)});
           },
       .on_done = [self](auto generation) { self->feed(event::Generated{std::move(generation)}); }},
      local_model_);
}

void AnswerFlow::act(action::StopGenerating) {
  services_.routes.take_back(generation_);
}

void AnswerFlow::act(const action::Emit& what) {
  listener_.on_text(what.delta);
}

void AnswerFlow::act(action::Check what) {
  services_.cache.run(
      [what = std::move(what)](cache::PageCache& cache, TimePoint now) {
        return check_snapshots(cache, what.supports, what.passages, now);
      },
      [self = shared_from_this()](auto holds) { self->feed(event::Checked{std::move(holds)}); });
}

void AnswerFlow::act(action::Note what) {
  if (trace_.size() == trace_steps_max) return;
  what.step.at = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - arrived_);
  listener_.on_step(what.step);
  trace_.push_back(std::move(what.step));
}

void AnswerFlow::act(action::Finish what) {
  services_.admission.leave(ticket_);
  reading_deadline_.cancel();
  answer_deadline_.cancel();
  leave_flights();
  fetches_.clear();
  web_search_ = nullptr;
  // A question that was not admitted may be taken back before it is told so.
  const Listener listener = std::exchange(listener_, {});
  if (!listener.on_done) return;
  if (what.answer) what.answer->trace = std::move(trace_);
  if (what.answer) what.answer->model = std::move(written_by_);
  meter_.ended(what.answer, Clock::now());
  listener.on_done(std::move(what.answer));
}

void AnswerFlow::model_begins(const std::string& model) {
  const bool first = std::exchange(written_by_, model).empty();
  if (!first) return;  // a backup, after all
  meter_.began(Clock::now());
  if (listener_.on_done) act(action::Note{trace_step(TraceStep::Kind::generating, "", "")});
}

// What has come is still stored.
void AnswerFlow::leave_flights() {
  for (auto& [page, fetching] : fetches_) {
    if (!fetching.landed) fetching.seat->leave();
  }
}

void AnswerFlow::arm(boost::asio::steady_timer& timer, std::chrono::seconds after,
                     const Event& event) {
  timer.expires_after(after);
  timer.async_wait([self = shared_from_this(), event](const boost::system::error_code& error) {
    if (!error) self->feed(event);
  });
}

}  // namespace seekd::daemon
