namespace Intilery.AspNetCore;

/// <summary>
/// The base of the attributes that track an event when an endpoint succeeds. They are metadata: on controllers, actions,
/// page models, page handlers and the handlers of minimal APIs. The event is recorded when the endpoint has succeeded, before the
/// response starts.
/// </summary>
/// <remarks>
/// <para>
/// A property is a literal (<c>InviteeRole = "Owner"</c>), a path (<c>InviteeRoleFrom = "input.Role"</c>), or neither: then it is
/// found where an argument, a bound page property, a member of these or a member of the result has its name, and no other equally well.
/// Paths begin with the name of an argument or bound page property, or with <c>route</c> (<c>route.id</c>), <c>result</c>
/// (<c>result.Id</c>, through <c>ActionResult&lt;T&gt;</c>, <c>Ok(…)</c>, <c>TypedResults</c> and the like; of a redirect, its route
/// values) or <c>user</c> (<c>user.id</c>, <c>user.name</c>, <c>user.email</c>, <c>user.tenant</c>, <c>user.claim(type)</c>). A path
/// through a collection makes one event of each element. Names are compared without regard to case.
/// </para>
/// <para>
/// They are validated at the start, against the real types; an attribute that cannot work fails the start. The same attribute
/// on a controller and its action, a group and its endpoint, or a handler and a call on its endpoint is merged, and the nearer one takes
/// precedence. An override replaces the attributes of its base method.
/// </para>
/// </remarks>
public abstract class LifecycleEventAttribute : Attribute
{
    private protected LifecycleEventAttribute()
    {
    }

    /// <summary>Gets or sets the id of the account. Default: found by name, else the tenant of the user.</summary>
    public string? GroupId { get; set; }

    /// <summary>Gets or sets the path of the id of the account.</summary>
    public string? GroupIdFrom { get; set; }

    /// <summary>
    /// Gets or sets the path of the id of the user whom the event is about. Default: the signed-in user; for Account Added User and
    /// Account Removed User the member, found by name.
    /// </summary>
    public string? UserIdFrom { get; set; }

    /// <summary>
    /// Gets or sets the status codes that count as a success. Default: <see langword="null"/>, which is every 2xx and 3xx.
    /// </summary>
    public int[]? OnStatus { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the event is recorded even if the model state is invalid. Default: <see langword="false"/>.
    /// </summary>
    public bool WhenInvalid { get; set; }
}
