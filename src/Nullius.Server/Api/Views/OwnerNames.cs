using Nullius.Identity.People;

namespace Nullius.Server.Api.Views;

/// <summary>What owners of devices are called, also those whose account is gone: `deleted: NAME`, which is nobody's user name.</summary>
internal sealed class OwnerNames
{
    private readonly Dictionary<string, string> _people;
    private readonly IReadOnlyDictionary<string, string> _deleted;

    private OwnerNames(Dictionary<string, string> people, IReadOnlyDictionary<string, string> deleted) => (_people, _deleted) = (people, deleted);

    public static async Task<OwnerNames> ReadAsync(PeopleDirectory people, CancellationToken cancellation) => new(
        (await people.ListAsync(false, null, cancellation).ConfigureAwait(false)).ToDictionary(person => person.Id, person => person.UserName, StringComparer.Ordinal),
        await people.DeletedNamesAsync(cancellation).ConfigureAwait(false));

    public string Of(string ownerId) => _people.TryGetValue(ownerId, out var name) ? name : "deleted: " + _deleted.GetValueOrDefault(ownerId, ownerId);
}
