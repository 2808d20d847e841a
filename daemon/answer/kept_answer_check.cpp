#include "daemon/answer/kept_answer_check.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/answer/sources.h"
#include "daemon/services.h"

namespace seekd::daemon {
namespace {

enum class Standing : std::uint8_t {
  stands,   // as it did, and young enough
  too_old,  // as it did, and to be asked for again
  changed,  // or gone
};

struct SourceCheck {
  Standing standing = Standing::changed;
  TimePoint retrieved_at;
};

SourceCheck look_at(cache::PageCache& cache, const Source& source,
                    std::optional<std::chrono::seconds> max_age, TimePoint now) {
  const auto page = cache.find(source.url, now);
  if (!page || !*page || (*page)->snapshot_hash != source.snapshot_hash) return {};
  const bool young = judge_age(**page, max_age, now) == policy::Age::young_enough;
  return {young ? Standing::stands : Standing::too_old, (*page)->retrieved_at};
}

// It lives in the callbacks that wait for its next step.
class Check : public std::enable_shared_from_this<Check> {
 public:
  using Done = std::function<void(std::shared_ptr<Answer>)>;

  Check(Services& services, std::shared_ptr<const Answer> kept, CheckTerms terms, Done done)
      : services_(services),
        kept_(std::move(kept)),
        answer_(std::make_shared<Answer>(*kept_)),
        terms_(std::move(terms)),
        done_(std::move(done)) {}

  void start() {
    services_.cache.run(
        [kept = kept_](cache::PageCache& cache, TimePoint now) {
          std::vector<SourceCheck> checks;
          for (const Source& source : kept->sources) {
            checks.push_back(look_at(cache, source, kept->max_age, now));
          }
          return checks;
        },
        [self = shared_from_this()](const auto& checks) { self->judge(checks); });
  }

 private:
  void judge(const std::vector<SourceCheck>& checks) {
    std::vector<std::size_t> old;
    for (std::size_t n = 0; n < checks.size(); ++n) {
      if (checks[n].standing == Standing::changed) return end(nullptr);
      if (checks[n].standing == Standing::too_old) old.push_back(n);
      answer_->sources[n].retrieved_at = checks[n].retrieved_at;
      answer_->sources[n].state =
          terms_.reach == Reach::web ? policy::SourceState::fresh : policy::SourceState::offline;
    }
    answer_->usage.pages_fetched = old.size();
    if (old.empty()) return end(answer_);
    if (terms_.reach != Reach::web || old.size() > terms_.fetches_max) return end(nullptr);
    waiting_ = old.size();
    for (const std::size_t source : old) ask_again(source);
  }

  void ask_again(std::size_t index) {
    PageUpdater::Wish wish{.url = answer_->sources[index].url, .asker = Asker::question};
    wish.asked_at = terms_.asked_at;
    wish.trace_id = terms_.trace_id;
    if (kept_->max_age) wish.begun_since = terms_.asked_at - *kept_->max_age;
    services_.pages.update(
        std::move(wish), [self = shared_from_this(), index](const Result<PageUpdate>& update) {
          Source& source = self->answer_->sources[index];
          const bool same =
              update && update->kept && update->kept->page.snapshot_hash == source.snapshot_hash;
          if (same) {
            source.retrieved_at = update->kept->page.retrieved_at;
            source.state = policy::SourceState::revalidated;
          }
          self->same_ = self->same_ && same;
          if (--self->waiting_ == 0) self->end(self->same_ ? self->answer_ : nullptr);
        });
  }

  void end(const std::shared_ptr<Answer>& answer) { done_(answer); }

  Services& services_;
  const std::shared_ptr<const Answer> kept_;
  const std::shared_ptr<Answer> answer_;
  const CheckTerms terms_;
  const Done done_;
  std::size_t waiting_ = 0;
  bool same_ = true;
};

}  // namespace

void check_kept_answer(Services& services, std::shared_ptr<const Answer> kept, CheckTerms terms,
                       std::function<void(std::shared_ptr<Answer>)> done) {
  std::make_shared<Check>(services, std::move(kept), std::move(terms), std::move(done))->start();
}

}  // namespace seekd::daemon
