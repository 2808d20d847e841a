#include "daemon/mcp/tool_exchange.h"

#include <utility>

namespace seekd::daemon {
namespace {

constexpr int client_gone = 499;  // as nginx logs it

// A tool's call is a part of the request that it came with.
HttpRequest within(const Exchange& outer, HttpRequest request) {
  request.trace = outer.request().trace;
  return request;
}

}  // namespace

ToolExchange::ToolExchange(std::shared_ptr<Exchange> outer, HttpRequest request, Listener listener)
    : outer_(std::move(outer)),
      request_(within(*outer_, std::move(request))),
      listener_(std::move(listener)),
      caller_(outer_->caller()) {}

// They are of a reply that is not sent.
void ToolExchange::add_header(std::string /*name*/, std::string /*value*/) {}

void ToolExchange::respond(HttpResponse response) {
  if (done_) return;
  over(response.status);
  std::exchange(listener_, {}).on_response(response);
}

void ToolExchange::event(std::string_view data) {
  if (!done_) listener_.on_event(data);
}

void ToolExchange::end_events() {
  if (done_) return;
  over(200);
  std::exchange(listener_, {}).on_end();
}

void ToolExchange::cancel() {
  if (done_) return;
  const auto gone = std::exchange(gone_, nullptr);
  over(client_gone);
  listener_ = {};
  if (gone) gone();
}

void ToolExchange::over(int status) {
  done_ = true;
  gone_ = nullptr;
  kept_.reset();
  if (const auto over = std::exchange(over_, nullptr)) over(status);
}

}  // namespace seekd::daemon
