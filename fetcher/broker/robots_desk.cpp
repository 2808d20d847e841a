#include "fetcher/broker/robots_desk.h"

#include <boost/asio/post.hpp>

namespace seekd::fetcher {

void RobotsDesk::ask(const policy::Url& url, Done done) {
  const std::string origin = url.origin();
  if (auto known = cache_.find(origin, RobotsCache::Clock::now())) {
    boost::asio::post(door_.io,
                      [done = std::move(done), answer = *std::move(known)] { done(answer); });
    return;
  }
  const auto [waiting, is_first] = waiting_.try_emplace(origin);
  waiting->second.push_back(std::move(done));
  if (!is_first) return;
  const auto fetch = std::make_shared<Fetch>(
      door_, [this, origin](const FetchResult& result) { answer(origin, result); });
  fetch->start_robots(url);
}

void RobotsDesk::answer(const std::string& origin, const FetchResult& result) {
  const RobotsAnswer answer = robots_answer(result);
  cache_.store(origin, answer, RobotsCache::Clock::now());
  const auto waiting = waiting_.extract(origin);
  for (const Done& done : waiting.mapped()) done(answer);
}

}  // namespace seekd::fetcher
