// The handlers that routes.cpp names, each group of one file.
//
// Called on the I/O thread; each answers its exchange exactly once, now or later. docs/api.md says
// what they serve.

#pragma once

#include <memory>

#include "daemon/exchange.h"
#include "daemon/services.h"

namespace seekd::daemon {

using ExchangePtr = std::shared_ptr<Exchange>;

void answer_chat(Services& services, const ExchangePtr& exchange);
void create_response(Services& services, const ExchangePtr& exchange);
void complete_texts(Services& services, const ExchangePtr& exchange);
void embed_texts(Services& services, const ExchangePtr& exchange);
void decide_question(Services& services, const ExchangePtr& exchange);

void fetch_page(Services& services, const ExchangePtr& exchange);
void search_web(Services& services, const ExchangePtr& exchange);
void search_as_searxng(Services& services, const ExchangePtr& exchange);
void answer_web_search(Services& services, const ExchangePtr& exchange);
void answer_web_fetch(Services& services, const ExchangePtr& exchange);
void search_passages(Services& services, const ExchangePtr& exchange);
void show_page(Services& services, const ExchangePtr& exchange);
void list_versions(Services& services, const ExchangePtr& exchange);
void import_page(Services& services, const ExchangePtr& exchange);
void list_pages(Services& services, const ExchangePtr& exchange);
void remove_pages(Services& services, const ExchangePtr& exchange);

void hold_pages(Services& services, const ExchangePtr& exchange);
void let_pages_go(Services& services, const ExchangePtr& exchange);
void list_holds(Services& services, const ExchangePtr& exchange);
void forget_pages(Services& services, const ExchangePtr& exchange);
void verify_cache(Services& services, const ExchangePtr& exchange);
void compact_cache(Services& services, const ExchangePtr& exchange);
void back_up_cache(Services& services, const ExchangePtr& exchange);

void list_watches(Services& services, const ExchangePtr& exchange);
void add_watch(Services& services, const ExchangePtr& exchange);
void show_watch(Services& services, const ExchangePtr& exchange);
void remove_watch(Services& services, const ExchangePtr& exchange);
void follow_watches(Services& services, const ExchangePtr& exchange);
void run_watch(Services& services, const ExchangePtr& exchange);

void answer_mcp(Services& services, const ExchangePtr& exchange);
void end_mcp_session(Services& services, const ExchangePtr& exchange);

void report_ready(Services& services, const ExchangePtr& exchange);
void report_health(Services& services, const ExchangePtr& exchange);
void show_openapi(Services& services, const ExchangePtr& exchange);
void list_models(Services& services, const ExchangePtr& exchange);
void report_metrics(Services& services, const ExchangePtr& exchange);
void use_model(Services& services, const ExchangePtr& exchange);
void roll_back_model(Services& services, const ExchangePtr& exchange);
void list_model_versions(Services& services, const ExchangePtr& exchange);
void report_status(Services& services, const ExchangePtr& exchange);
void run_self_test(Services& services, const ExchangePtr& exchange);

}  // namespace seekd::daemon
