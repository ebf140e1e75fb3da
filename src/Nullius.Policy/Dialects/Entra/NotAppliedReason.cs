namespace Nullius.Policy.Dialects.Entra;

/// <summary>Why a policy did not apply, with the names of Graph's what-if API (<c>whatIfAnalysisReasons</c>).</summary>
public enum NotAppliedReason
{
    NotSet,
    NotEnoughInformation,
    Users,
    Application,
    Location,
    SignInRisk,
    UserRisk,
    Platform,
    ClientApp,
    Device,
    WorkloadIdentities,
    AuthenticationFlow,
    InsiderRisk,
    ServicePrincipalRisk,
    PolicyNotEnabled,
    EmptyPolicy,
}
