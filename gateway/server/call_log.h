// How calls and pools show in the log.
#ifndef GATEWAY_SERVER_CALL_LOG_H_
#define GATEWAY_SERVER_CALL_LOG_H_

#include <string>

#include "backend/call/pool.h"
#include "gateway/rpc/environment.h"
#include "gateway/server/log.h"

namespace xapi_gateway::server {

// One line for a call: debug if it succeeded, info if the client can do
// something about its failure, else warn.
void LogCall(Log& log, const rpc::CallReport& report);

// One line for a change of a pool's phase.
void LogPool(Log& log, const std::string& name, const call::PoolState& state);

}  // namespace xapi_gateway::server

#endif  // GATEWAY_SERVER_CALL_LOG_H_
