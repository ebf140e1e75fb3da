namespace Nullius.Policy.Dialects.Entra.Evaluation;

/// <summary>How values of a request are named where they are missing: as in the request document of <c>nullius simulate</c>.</summary>
internal static class ContextNames
{
    internal const string Application = "application";
    internal const string ApplicationAttributes = "applicationAttributes";
    internal const string ServicePrincipalAttributes = "servicePrincipalAttributes";
    internal const string ClientApp = "clientApp";
    internal const string Platform = "device.platform";
    internal const string DeviceCompliant = "device.compliant";
    internal const string DeviceAttributes = "device.attributes";
    internal const string Address = "location.ip";
    internal const string Country = "location.country";
    internal const string UserRisk = "userRisk";
    internal const string SignInRisk = "signInRisk";
    internal const string AuthenticationFlow = "authenticationFlow";
    internal const string InsiderRisk = "insiderRisk";
    internal const string ServicePrincipalRisk = "servicePrincipalRisk";
    internal const string GuestTenant = "guestTenant";
}
