namespace Nullius.State.Feed;

/// <summary>What kind of thing changed; with the id it tells a follower what to read again.</summary>
public enum ChangeKind
{
    Person,
    Group,
    Session,
    Device,
    ApiKey,
    Key,
    Policy,
    Risk,
}

/// <summary>One committed trust change. <see cref="Sequence"/> is the order of commit (law 7), gapless per store.</summary>
public sealed class FeedEntry
{
    public long Sequence { get; set; }

    public ChangeKind Kind { get; set; }

    /// <summary>Id of the person, session, device, … that changed.</summary>
    public string EntityId { get; set; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long At { get; set; }
}
