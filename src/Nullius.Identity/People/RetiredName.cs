namespace Nullius.Identity.People;

/// <summary>
/// The name of a deleted account. Policies bind to names: who gets the name gets what they still grant to it, so it is not given to somebody
/// else without saying so.
/// </summary>
internal sealed class RetiredName
{
    /// <summary>Normalised.</summary>
    public required string Name { get; set; }

    public required string PersonId { get; set; }

    public DateTimeOffset DeletedAt { get; set; }
}
