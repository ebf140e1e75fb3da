using Nullius.Identity.People;

namespace Nullius.Server.Api.Views;

/// <summary>
/// Administrators are those to whom the live bindings grant the console's way of letting somebody in again: with one of them active,
/// whatever was shut by accident can be opened.
/// </summary>
internal sealed class ConsoleAdministrators(CurrentGate gate) : IAdministrators
{
    private const string Operation = "EnablePerson";

    public Administrators Now()
    {
        var path = ConsoleOperations.Distinct.Single(one => one.Name == Operation).Path.Replace('*', '-');
        var holders = gate.Value.HoldersOf(ConsoleOperations.Route, Operation, path);
        return new Administrators(holders.Groups, holders.Users);
    }
}
