namespace Nullius.Identity.Sessions;

/// <summary>Takes note of use, for the idle lifetime. Called on every request: lock-light, allocation-free; written to the store in batches.</summary>
public interface ISessionActivity
{
    void Seen(string sessionId, DateTimeOffset at);
}
