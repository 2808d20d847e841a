// What a search of the web found, and how those do who are asked, as JSON.
//
// Pure; any thread.
#pragma once

#include <span>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "daemon/services.h"

namespace seekd::daemon {

boost::json::object findings_json(const WebFindings& findings);

// None where nobody is asked.
std::vector<ProviderReading> read_providers(const Services& services);

boost::json::array providers_json(std::span<const ProviderReading> providers,
                                  ProviderHealth::Clock::time_point now);

}  // namespace seekd::daemon
