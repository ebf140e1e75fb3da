using Microsoft.AspNetCore.Http;

namespace Nullius.Gateway;

/// <summary>What a page for a person needs to say; nothing about policies they may not see.</summary>
/// <param name="Status">403, 401, 503, …</param>
/// <param name="Title">What was refused, in words.</param>
/// <param name="Reasons">Which rules, in words: "needs a managed device".</param>
/// <param name="Reference">The audit record to quote.</param>
/// <param name="Action">A link that helps (step-up, enrol a device), or null.</param>
public sealed record RefusalPage(int Status, string Title, IReadOnlyList<string> Reasons, string Reference, (string Label, string Href)? Action);

/// <summary>Renders refusals for page loads; the server's sign-in pages implement it.</summary>
public interface IRefusalRenderer
{
    Task WriteAsync(HttpContext context, RefusalPage page);
}

/// <summary>
/// Where forms that wait for a sign-in or step-up outlast the process. What is put there holds what people typed: whoever keeps it
/// wraps it, forgets it at its time, and may lose it while the store is away, but never gives back what was removed.
/// </summary>
public interface IFormShelf
{
    /// <summary>Everything that was put and not removed.</summary>
    Task<IReadOnlyList<(string Id, byte[] Form)>> ReadAllAsync(CancellationToken cancellation);

    /// <summary>Keeps a form, in place of an earlier one of the same id.</summary>
    Task PutAsync(string id, byte[] form, DateTimeOffset until, CancellationToken cancellation);

    /// <summary>Forgets a form; fails when that cannot be made to last.</summary>
    Task RemoveAsync(string id, CancellationToken cancellation);
}
