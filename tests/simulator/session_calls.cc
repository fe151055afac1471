#include "tests/simulator/behaviour.h"
#include "tests/simulator/sessions.h"

namespace xapi_gateway::simulator {
namespace {

Outcome Logout(World& world, const Invocation& call) {
  EndSession(world, call.session);
  return Void();
}

Outcome LocalLogout(World& world, const Invocation& call) {
  world.hosts[call.host].local_sessions.erase(call.session);
  return Void();
}

// The old password is not checked by the real server either.
Outcome ChangePassword(World& world, const Invocation& call) {
  for (User& user : world.options.users) {
    if (user.name == call.user) user.password = call.text(1);
  }
  return Void();
}

Outcome SubjectIdentifiers(World& world, const Invocation&) {
  Array identifiers;
  for (const auto& [ref, state] : world.sessions) {
    std::string sid = world.db->Get("session", ref, "auth_user_sid").text();
    bool known = false;
    for (const Value& one : identifiers) known = known || one.text() == sid;
    if (!sid.empty() && !known) identifiers.push_back(sid);
  }
  return Value(std::move(identifiers));
}

// Never root's sessions, nor the caller's own.
Outcome LogoutSubject(World& world, const Invocation& call) {
  std::vector<std::string> ended;
  for (const auto& [ref, state] : world.sessions) {
    bool theirs =
        world.db->Get("session", ref, "auth_user_sid").text() == call.text(0);
    if (theirs && !state.root && ref != call.session) ended.push_back(ref);
  }
  for (const std::string& ref : ended) EndSession(world, ref);
  return Void();
}

constexpr Behaviour kTable[] = {
    {"session.logout", nullptr, Logout},
    {"session.local_logout", nullptr, LocalLogout},
    {"session.change_password", nullptr, ChangePassword},
    {"session.get_all_subject_identifiers", nullptr, SubjectIdentifiers},
    {"session.logout_subject_identifier", nullptr, LogoutSubject},
};

}  // namespace

absl::Span<const Behaviour> SessionBehaviours() { return kTable; }

}  // namespace xapi_gateway::simulator
