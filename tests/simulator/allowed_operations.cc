#include "tests/simulator/allowed_operations.h"

#include "absl/strings/string_view.h"

namespace xapi_gateway::simulator {
namespace {

using Names = std::vector<const char*>;

Array ToSet(const Names& names) { return Array(names.begin(), names.end()); }

const Names& HaltedVm() {
  static const Names& names = *new Names{"create_vtpm",
                                         "destroy",
                                         "metadata_export",
                                         "export",
                                         "make_into_template",
                                         "changing_NVRAM",
                                         "changing_shadow_memory",
                                         "changing_static_range",
                                         "changing_dynamic_range",
                                         "migrate_send",
                                         "start_on",
                                         "start",
                                         "copy",
                                         "clone",
                                         "snapshot"};
  return names;
}

const Names& RunningVm() {
  static const Names& names = *new Names{"changing_dynamic_range",
                                         "migrate_send",
                                         "pool_migrate",
                                         "changing_VCPUs_live",
                                         "suspend",
                                         "hard_reboot",
                                         "hard_shutdown",
                                         "clean_reboot",
                                         "clean_shutdown",
                                         "pause",
                                         "checkpoint",
                                         "snapshot"};
  return names;
}

Array VmOperations(const Database& db, const std::string& ref) {
  bool snapshot = db.Get("VM", ref, "is_a_snapshot").boolean();
  if (snapshot) {
    return ToSet({"create_template", "destroy", "metadata_export", "export",
                  "copy", "clone", "revert"});
  }
  if (db.Get("VM", ref, "is_a_template").boolean()) {
    return ToSet({"destroy", "metadata_export", "export", "provision", "copy",
                  "clone", "changing_NVRAM"});
  }
  const std::string& state = db.Get("VM", ref, "power_state").text();
  if (state == "Halted") return ToSet(HaltedVm());
  if (state == "Running") return ToSet(RunningVm());
  if (state == "Suspended") {
    return ToSet({"resume", "resume_on", "hard_shutdown", "copy", "clone",
                  "export", "snapshot", "destroy"});
  }
  return ToSet({"unpause", "hard_shutdown", "hard_reboot"});
}

Array DeviceOperations(const Database& db, absl::string_view cls,
                       const std::string& ref) {
  bool attached = db.Get(cls, ref, "currently_attached").boolean();
  bool running =
      db.Get("VM", db.Get(cls, ref, "VM").text(), "power_state").text() ==
      "Running";
  if (cls == "VBD" && db.Get(cls, ref, "type").text() == "CD") {
    return ToSet(db.Get(cls, ref, "empty").boolean()
                     ? Names{"attach", "insert"}
                     : Names{"attach", "eject"});
  }
  if (attached) return ToSet({"attach", "unplug"});
  return running ? ToSet({"attach", "plug"}) : ToSet({"attach"});
}

Array VdiOperations(const Database& db, const std::string& ref) {
  for (const std::string& vbd : ToTexts(db.Get("VDI", ref, "VBDs"))) {
    if (db.Get("VBD", vbd, "currently_attached").boolean()) {
      return ToSet({"snapshot", "clone"});
    }
  }
  return ToSet({"update", "resize", "destroy", "clone", "copy", "snapshot",
                "force_unlock", "generate_config", "enable_cbt", "mirror"});
}

Array HostOperations(const Database& db, const std::string& ref) {
  if (db.Get("host", ref, "enabled").boolean()) {
    return ToSet({"vm_migrate", "provision", "vm_resume", "evacuate",
                  "vm_start", "enable"});
  }
  return ToSet({"evacuate", "reboot", "shutdown", "enable"});
}

Array PoolOperations() {
  return ToSet({"ha_enable", "cluster_create", "designate_new_master",
                "tls_verification_enable", "configure_repositories",
                "sync_updates", "apply_updates", "cert_refresh",
                "exchange_certificates_on_join",
                "exchange_ca_certificates_on_join", "copy_primary_host_certs",
                "eject", "get_updates"});
}

Array SrOperations() {
  return ToSet({"scan", "destroy", "forget", "plug", "unplug", "update",
                "vdi_create", "vdi_introduce", "vdi_destroy", "vdi_resize",
                "vdi_clone", "vdi_snapshot", "vdi_mirror", "pbd_create",
                "pbd_destroy"});
}

}  // namespace

void UpdateAllowedOperations(World& world, absl::string_view cls,
                             const std::string& ref) {
  Database& db = *world.db;
  if (!db.Has(cls, ref)) return;
  const Value& current = db.Get(cls, ref, "current_operations");
  Array allowed;
  if (!current.members().empty()) {
    // One operation at a time: nothing may start beside it.
  } else if (cls == "VM") {
    allowed = VmOperations(db, ref);
  } else if (cls == "VBD" || cls == "VIF") {
    allowed = DeviceOperations(db, cls, ref);
  } else if (cls == "VDI") {
    allowed = VdiOperations(db, ref);
  } else if (cls == "host") {
    allowed = HostOperations(db, ref);
  } else if (cls == "pool") {
    allowed = PoolOperations();
  } else if (cls == "SR") {
    allowed = SrOperations();
  } else {
    return;
  }
  db.Set(cls, ref, "allowed_operations", std::move(allowed));
}

}  // namespace xapi_gateway::simulator
