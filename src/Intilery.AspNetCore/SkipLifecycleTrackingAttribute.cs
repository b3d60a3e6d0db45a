namespace Intilery.AspNetCore;

/// <summary>
/// Excludes requests to this controller, action, page or endpoint from tracking: sign-ups, sign-ins, sign-outs,
/// memberships, and events that code tracks. Each is counted with the reason <c>skipped</c>.
/// </summary>
/// <example><code>[HttpPost("demo/sign-in"), SkipLifecycleTracking]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SkipLifecycleTrackingAttribute : Attribute;
