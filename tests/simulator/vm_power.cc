#include "absl/strings/str_cat.h"
#include "tests/simulator/allowed_operations.h"
#include "tests/simulator/behaviour.h"
#include "tests/simulator/types.h"
#include "tests/simulator/vm_state.h"

// Starting, stopping, pausing and suspending VMs.
namespace xapi_gateway::simulator {
namespace {

Error IsHalted(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Halted"}, "start");
}
Error CanCleanShutdown(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Running"}, "clean_shutdown");
}
Error CanCleanReboot(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Running"}, "clean_reboot");
}
Error CanHardShutdown(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Running", "Suspended", "Paused"},
                      "hard_shutdown");
}
Error CanHardReboot(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Running", "Paused"},
                      "hard_reboot");
}
Error CanSuspend(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Running"}, "suspend");
}
Error CanResume(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Suspended"}, "resume");
}
Error CanPause(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Running"}, "pause");
}
Error CanUnpause(World& world, const Invocation& call) {
  return RequireState(world, call.text(0), {"Paused"}, "unpause");
}

// start_on and resume_on name the host they want.
Error CanStartOn(World& world, const Invocation& call) {
  if (Error error = IsHalted(world, call)) return error;
  return RequireUsableHost(world, call.text(1));
}
Error CanResumeOn(World& world, const Invocation& call) {
  if (Error error = CanResume(world, call)) return error;
  return RequireUsableHost(world, call.text(1));
}

std::string HostName(const World& world, const std::string& host) {
  return absl::StrCat(
      "on host: ", world.db->Get("host", host, "name_label").text(),
      " (uuid: ", world.db->Get("host", host, "uuid").text(), ")");
}

Outcome StartAt(World& world, const std::string& vm, const std::string& host,
                bool paused) {
  if (host.empty()) return Error{{"NO_HOSTS_AVAILABLE"}};
  SetRunning(world, vm, host, paused ? "Paused" : "Running");
  AnnounceVm(world, vm, "VM_STARTED", "started " + HostName(world, host));
  return Void();
}

Outcome Start(World& world, const Invocation& call) {
  return StartAt(world, call.text(0), ChooseHost(world),
                 call.args[1].boolean());
}
Outcome StartOn(World& world, const Invocation& call) {
  return StartAt(world, call.text(0), call.text(1), call.args[2].boolean());
}

Outcome Stop(World& world, const Invocation& call, const char* how) {
  std::string vm = call.text(0);
  std::string image = world.db->Get("VM", vm, "suspend_VDI").text();
  world.db->Set("VM", vm, "suspend_VDI", std::string(kNullRef));
  world.db->Destroy("VDI", image);
  SetStopped(world, vm, "Halted");
  AnnounceVm(world, vm, "VM_SHUTDOWN", how);
  return Void();
}
Outcome CleanShutdown(World& world, const Invocation& call) {
  return Stop(world, call, "shutdown");
}
Outcome HardShutdown(World& world, const Invocation& call) {
  return Stop(world, call, "shutdown forcibly");
}

Outcome Reboot(World& world, const Invocation& call) {
  std::string vm = call.text(0);
  std::string host = world.db->Get("VM", vm, "resident_on").text();
  SetRunning(world, vm, host, "Running");
  AnnounceVm(world, vm, "VM_REBOOTED", "rebooted " + HostName(world, host));
  return Void();
}

// Where memory images go: the pool's choice, else the first storage there is.
std::string SuspendStorage(const World& world) {
  std::string sr =
      world.db->Get("pool", world.pool_ref(), "suspend_image_SR").text();
  if (!IsNullRef(sr)) return sr;
  const auto& rows = world.db->table("SR").rows;
  return rows.empty() ? std::string(kNullRef) : rows.begin()->first;
}

Outcome Suspend(World& world, const Invocation& call) {
  std::string vm = call.text(0);
  std::string image = world.Create(
      "VDI", {{"name_label", "Suspend image"},
              {"SR", SuspendStorage(world)},
              {"virtual_size", world.db->Get("VM", vm, "memory_static_max")},
              {"type", "suspend"}});
  world.db->Set("VM", vm, "suspend_VDI", image);
  SetStopped(world, vm, "Suspended");
  AnnounceVm(world, vm, "VM_SUSPENDED", "suspended");
  return Void();
}

Outcome ResumeAt(World& world, const std::string& vm, const std::string& host,
                 bool paused) {
  if (host.empty()) return Error{{"NO_HOSTS_AVAILABLE"}};
  std::string image = world.db->Get("VM", vm, "suspend_VDI").text();
  world.db->Set("VM", vm, "suspend_VDI", std::string(kNullRef));
  world.db->Destroy("VDI", image);
  SetRunning(world, vm, host, paused ? "Paused" : "Running");
  AnnounceVm(world, vm, "VM_RESUMED", "resumed " + HostName(world, host));
  return Void();
}
Outcome Resume(World& world, const Invocation& call) {
  return ResumeAt(world, call.text(0), ChooseHost(world),
                  call.args[1].boolean());
}
Outcome ResumeOn(World& world, const Invocation& call) {
  return ResumeAt(world, call.text(0), call.text(1), call.args[2].boolean());
}

Outcome SetState(World& world, const Invocation& call, const char* state) {
  world.db->Set("VM", call.text(0), "power_state", state);
  UpdateAllowedOperations(world, "VM", call.text(0));
  return Void();
}
Outcome Pause(World& world, const Invocation& call) {
  return SetState(world, call, "Paused");
}
Outcome Unpause(World& world, const Invocation& call) {
  return SetState(world, call, "Running");
}

Outcome PowerStateReset(World& world, const Invocation& call) {
  SetStopped(world, call.text(0), "Halted");
  return Void();
}

constexpr Behaviour kTable[] = {
    {"VM.start", IsHalted, Start, 0.2, "start"},
    {"VM.start_on", CanStartOn, StartOn, 0.2, "start_on"},
    {"VM.clean_shutdown", CanCleanShutdown, CleanShutdown, 0.3,
     "clean_shutdown"},
    {"VM.shutdown", CanHardShutdown, CleanShutdown, 0.3, "shutdown"},
    {"VM.hard_shutdown", CanHardShutdown, HardShutdown, 0.1, "hard_shutdown"},
    {"VM.clean_reboot", CanCleanReboot, Reboot, 0.3, "clean_reboot"},
    {"VM.hard_reboot", CanHardReboot, Reboot, 0.2, "hard_reboot"},
    {"VM.suspend", CanSuspend, Suspend, 0.3, "suspend"},
    {"VM.resume", CanResume, Resume, 0.3, "resume"},
    {"VM.resume_on", CanResumeOn, ResumeOn, 0.3, "resume_on"},
    {"VM.pause", CanPause, Pause, 0.05, "pause"},
    {"VM.unpause", CanUnpause, Unpause, 0.05, "unpause"},
    {"VM.power_state_reset", nullptr, PowerStateReset},
};

}  // namespace

absl::Span<const Behaviour> VmPowerBehaviours() { return kTable; }

}  // namespace xapi_gateway::simulator
