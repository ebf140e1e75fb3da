using Nullius.Agent.Facts.Patches;
using Nullius.Agent.Facts.ScreenLocks;
using Nullius.Agent.Host;

namespace Nullius.Agent.Facts;

/// <summary>Whether a protection is in place. Unknown is an answer of its own: it is never guessed into a yes.</summary>
internal enum FactState
{
    Yes,
    No,
    Unknown,
}

/// <summary>A state and what it was concluded from, for the person who has to change it.</summary>
internal sealed record Fact(FactState State, string Evidence)
{
    public static Fact Yes(string evidence) => new(FactState.Yes, evidence);

    public static Fact No(string evidence) => new(FactState.No, evidence);

    public static Fact Unknown(string evidence) => new(FactState.Unknown, evidence);
}

/// <summary>All facts of one moment.</summary>
internal sealed record Posture(OperatingSystemFacts Os, Fact OsPatched, Fact DiskEncryption, Fact Firewall, Fact ScreenLock, Fact EndpointProtection)
{
    /// <summary>Collects every fact; one that fails is unknown and takes none of the others with it.</summary>
    public static Posture Collect(HostView host, IReadOnlyCollection<string> moreProtections) => new(
        OperatingSystemFacts.Of(host),
        Guard(() => PatchFact.Of(host)),
        Guard(() => DiskEncryptionFact.Of(host)),
        Guard(() => FirewallFact.Of(host)),
        Guard(() => ScreenLockFact.Of(host)),
        Guard(() => EndpointProtectionFact.Of(host, moreProtections)));

    public IEnumerable<(string Name, Fact Fact)> Named() =>
    [
        ("osPatched", OsPatched), ("diskEncryption", DiskEncryption), ("firewall", Firewall), ("screenLock", ScreenLock), ("endpointProtection", EndpointProtection),
    ];

    private static Fact Guard(Func<Fact> collect)
    {
        try
        {
            return collect();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            return Fact.Unknown($"could not be read: {fault.Message}");
        }
    }
}
