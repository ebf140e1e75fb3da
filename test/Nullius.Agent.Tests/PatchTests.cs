using Nullius.Agent.Facts;
using Nullius.Agent.Facts.Patches;
using Xunit;

namespace Nullius.Agent.Tests;

/// <summary>Pending updates as four package managers tell of them; their output is as they print it.</summary>
public sealed class PatchTests : IDisposable
{
    private const string Fedora = "NAME=\"Fedora Linux\"\nID=fedora\nVERSION_ID=41\n";
    private const string Rocky = "NAME=\"Rocky Linux\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n";
    private const string Leap = "NAME=\"openSUSE Leap\"\nID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n";
    private const string Tumbleweed = "NAME=\"openSUSE Tumbleweed\"\nID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n";
    private const string Arch = "NAME=\"Arch Linux\"\nID=arch\n";

    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("FEDORA-2026-1a2b3c4d5e Important/Sec. openssl-libs-1:3.2.4-1.fc41.x86_64", "openssl-libs-1:3.2.4-1.fc41.x86_64")]
    [InlineData("RLSA-2026:1234         Moderate/Sec.  vim-minimal-2:8.2.2637-22.el9_6.x86_64", "vim-minimal-2:8.2.2637-22.el9_6.x86_64")]
    [InlineData("FEDORA-2026-1a2b3c4d5e security Important openssl-libs-1:3.2.4-1.fc41.x86_64 2026-11-02 01:12:00", "openssl-libs-1:3.2.4-1.fc41.x86_64")]
    [InlineData("Name                   Type     Severity  Package                              Issued", null)]
    [InlineData("Last metadata expiration check: 0:12:01 ago on Sun 22 Nov 2026 09:48:00 AM UTC.", null)]
    [InlineData("FEDORA-2026-0123456789 bugfix   None      bash-5.2.32-1.fc41.x86_64            2026-11-02 01:12:00", null)]
    [InlineData("", null)]
    public void A_row_of_dnf_names_a_package_when_it_is_a_security_advisory(string line, string? expected) => Assert.Equal(expected, DnfPatches.Package(line));

    [Theory]
    [InlineData(Fedora)]
    [InlineData(Rocky)]
    public void A_security_advisory_of_dnf_means_not_patched_and_is_named(string release)
    {
        _host.File("/etc/os-release", release)
            .Program("dnf -q -C updateinfo list --security --updates", "FEDORA-2026-1a2b3c4d5e Important/Sec. openssl-libs-1:3.2.4-1.fc41.x86_64\nFEDORA-2026-1a2b3c4d5e Important/Sec. openssl-1:3.2.4-1.fc41.x86_64\n");
        var fact = PatchFact.Of(_host.View);
        Assert.Equal(FactState.No, fact.State);
        Assert.Contains("2 security updates pending: openssl-libs", fact.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/var/cache/dnf/updates-3fb0d2ea7ae53a52/repodata/", "deadbeef-updateinfo.xml.zck", 1, "Yes")]
    [InlineData("/var/cache/libdnf5/updates-3fb0d2ea7ae53a52/repodata/", "deadbeef-updateinfo.xml.zst", 1, "Yes")]
    [InlineData("/var/cache/dnf/updates-3fb0d2ea7ae53a52/repodata/", "deadbeef-updateinfo.xml.zck", 9, "Unknown")]
    [InlineData("/var/cache/dnf/baseos-3fb0d2ea7ae53a52/repodata/", "deadbeef-primary.xml.gz", 1, "Unknown")]
    public void Without_advisories_dnf_means_patched_where_a_fresh_repository_publishes_any(string folder, string file, int days, string expected)
    {
        _host.File("/etc/os-release", Fedora).Program("dnf -q -C updateinfo", "")
            .File(folder + file).File(folder + "repomd.xml", written: FakeHost.Now.AddDays(-days));
        Assert.Equal(expected, PatchFact.Of(_host.View).State.ToString());
    }

    [Fact]
    public void A_dnf_without_a_cache_is_unknown()
    {
        _host.File("/etc/os-release", Fedora).Program("dnf -q -C", "", 1);
        Assert.Equal(FactState.Unknown, PatchFact.Of(_host.View).State);
    }

    [Fact]
    public void A_core_library_that_waits_for_a_reboot_is_not_in_force()
    {
        _host.File("/etc/os-release", Rocky).Program("dnf -q -C", "").Program("needs-restarting -r", "Core libraries or services have been updated:\n  glibc\n\nReboot is required to ensure that your system benefits from these updates.\n", 1);
        Assert.Equal(FactState.No, PatchFact.Of(_host.View).State);
    }

    [Theory]
    [InlineData(101, "4 patches needed (2 security patches)", "No")]
    [InlineData(100, "4 patches needed (0 security patches)", "Yes")]
    [InlineData(0, "0 patches needed (0 security patches)", "Yes")]
    [InlineData(0, "0 patches needed (1 security patch)", "No")]
    [InlineData(102, "", "No")]
    [InlineData(103, "", "Unknown")]
    [InlineData(0, "Warning: No repositories defined.", "Unknown")]
    [InlineData(7, "System management is locked by the application with pid 812 (zypper).", "Unknown")]
    public void Zypper_counts_needed_security_patches(int exit, string output, string expected)
    {
        _host.File("/etc/os-release", Leap).Program("zypper --non-interactive --no-refresh patch-check", $"Loading repository data...\nReading installed packages...\n\n{output}\n", exit)
            .File("/var/cache/zypp/raw/repo-update/repodata/repomd.xml", written: FakeHost.Now.AddDays(-60)).File("/var/cache/zypp/raw/repo-update/cookie", written: FakeHost.Now.AddDays(-1));
        Assert.Equal(expected, PatchFact.Of(_host.View).State.ToString());
    }

    [Fact]
    public void Old_repositories_of_zypper_say_nothing_about_today()
    {
        _host.File("/etc/os-release", Leap).Program("zypper", "0 patches needed (0 security patches)\n").File("/var/cache/zypp/raw/repo-update/cookie", written: FakeHost.Now.AddDays(-8));
        Assert.Equal(FactState.Unknown, PatchFact.Of(_host.View).State);
    }

    [Fact]
    public void A_rolling_release_of_suse_is_unknown_because_it_has_no_patches()
    {
        _host.File("/etc/os-release", Tumbleweed).Program("zypper", "0 patches needed (0 security patches)\n").File("/var/cache/zypp/raw/oss/cookie");
        Assert.Equal(FactState.Unknown, PatchFact.Of(_host.View).State);
    }

    [Theory]
    [InlineData("openssl 3.3.0-1 -> 3.3.1-1\nlinux 6.10.1-1 -> 6.10.2-1 [ignored]\n", 0, 1, "No")]
    [InlineData("", 1, 1, "Yes")]
    [InlineData("", 1, 8, "Unknown")]
    [InlineData("", 255, 1, "Unknown")]
    public void Pacman_is_patched_without_any_pending_update_by_fresh_lists(string output, int exit, int days, string expected)
    {
        _host.File("/etc/os-release", Arch).Program("pacman -Qu", output, exit).File("/var/lib/pacman/sync/core.db", written: FakeHost.Now.AddDays(-days));
        Assert.Equal(expected, PatchFact.Of(_host.View).State.ToString());
    }

    [Fact]
    public void Pacman_without_lists_is_unknown()
    {
        _host.File("/etc/os-release", Arch).Program("pacman -Qu", "", 1);
        Assert.Equal(FactState.Unknown, PatchFact.Of(_host.View).State);
    }

    [Fact]
    public void A_kernel_whose_modules_are_gone_waits_for_a_reboot()
    {
        _host.File("/etc/os-release", Arch).Program("pacman -Qu", "", 1).File("/var/lib/pacman/sync/core.db")
            .File("/proc/sys/kernel/osrelease", "6.10.1-arch1-1\n").File("/usr/lib/modules/6.10.2-arch1-1/vmlinuz");
        Assert.Equal(FactState.No, PatchFact.Of(_host.View).State);
    }

    [Fact]
    public void The_manager_of_the_system_counts_and_not_one_that_is_installed_beside_it()
    {
        _host.File("/etc/os-release", "ID=debian\n").Program("apt-get -s", "Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])\n")
            .Program("pacman -Qu", "", 1).File("/var/lib/pacman/sync/core.db");
        Assert.Equal(FactState.No, PatchFact.Of(_host.View).State);
        using var other = new FakeHost();
        other.File("/etc/os-release", Fedora).Program("apt-get -s", "0 upgraded\n").File("/var/lib/apt/lists/x_security_InRelease");
        Assert.Equal(FactState.Unknown, PatchFact.Of(other.View).State);
    }

    [Theory]
    [InlineData("/run/reboot-required")]
    [InlineData("/run/reboot-needed")]
    public void A_mark_of_a_pending_reboot_means_not_patched(string mark)
    {
        _host.File(mark);
        Assert.Equal(FactState.No, PatchFact.Of(_host.View).State);
    }
}
