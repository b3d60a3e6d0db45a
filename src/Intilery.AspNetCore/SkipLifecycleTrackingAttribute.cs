namespace Intilery.AspNetCore;

/// <summary>
/// Nothing that happens in a request to this controller, action, page or endpoint is an event: no sign-up, sign-in or sign-out, no
/// membership, and nothing that the code tracks itself. Each is counted with the reason <c>skipped</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SkipLifecycleTrackingAttribute : Attribute;
