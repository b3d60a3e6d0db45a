using Intilery.AspNetCore;
using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Events;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Tracks events when minimal API endpoints, or groups of them, succeed, as the attributes of the same names do.
/// Controllers and Razor Pages use the attributes.
/// </summary>
public static class IntileryEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Tracks an <see cref="AccountCreated"/> when the endpoint succeeds; see <see cref="TrackAccountCreatedAttribute"/>.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackAccountCreated<TBuilder>(this TBuilder builder, Action<TrackAccountCreatedAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackAccountCreatedAttribute(), configure);

    /// <summary>
    /// Tracks an <see cref="AccountDeleted"/> when the endpoint succeeds; see <see cref="TrackAccountDeletedAttribute"/>.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackAccountDeleted<TBuilder>(this TBuilder builder, Action<TrackAccountDeletedAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackAccountDeletedAttribute(), configure);

    /// <summary>Tracks an <see cref="InviteSent"/> when the endpoint succeeds; see <see cref="TrackInviteSentAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackInviteSent<TBuilder>(this TBuilder builder, Action<TrackInviteSentAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackInviteSentAttribute(), configure);

    /// <summary>Tracks a <see cref="TrialStarted"/> when the endpoint succeeds; see <see cref="TrackTrialStartedAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackTrialStarted<TBuilder>(this TBuilder builder, Action<TrackTrialStartedAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackTrialStartedAttribute(), configure);

    /// <summary>Tracks a <see cref="TrialEnded"/> when the endpoint succeeds; see <see cref="TrackTrialEndedAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackTrialEnded<TBuilder>(this TBuilder builder, Action<TrackTrialEndedAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackTrialEndedAttribute(), configure);

    /// <summary>
    /// Tracks an <see cref="AccountAddedUser"/> when the endpoint succeeds; see <see cref="TrackAccountAddedUserAttribute"/>.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackAccountAddedUser<TBuilder>(this TBuilder builder, Action<TrackAccountAddedUserAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackAccountAddedUserAttribute(), configure);

    /// <summary>
    /// Tracks an <see cref="AccountRemovedUser"/> when the endpoint succeeds; see <see cref="TrackAccountRemovedUserAttribute"/>.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackAccountRemovedUser<TBuilder>(
        this TBuilder builder, Action<TrackAccountRemovedUserAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackAccountRemovedUserAttribute(), configure);

    /// <summary>Tracks a <see cref="SignedUp"/> when the endpoint succeeds; see <see cref="TrackSignedUpAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackSignedUp<TBuilder>(this TBuilder builder, Action<TrackSignedUpAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackSignedUpAttribute(), configure);

    /// <summary>Tracks a <see cref="SignedIn"/> when the endpoint succeeds; see <see cref="TrackSignedInAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackSignedIn<TBuilder>(this TBuilder builder, Action<TrackSignedInAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackSignedInAttribute(), configure);

    /// <summary>Tracks a <see cref="SignedOut"/> when the endpoint succeeds; see <see cref="TrackSignedOutAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackSignedOut<TBuilder>(this TBuilder builder, Action<TrackSignedOutAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackSignedOutAttribute(), configure);

    /// <summary>Tracks a <see cref="CustomEvent"/> when the endpoint succeeds; see <see cref="TrackEventAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="name">The event's name, for example <c>Report Exported</c>.</param>
    /// <param name="configure">Sets the properties. Default: none.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackEvent<TBuilder>(this TBuilder builder, string name, Action<TrackEventAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackEventAttribute(name), configure);

    /// <summary>
    /// Tracks an event when the endpoint succeeds, created by a function of one of its arguments or of its result, found by type; of
    /// several arguments of the type, the one with the name of the function's parameter. An argument that cannot be found fails the start.
    /// <see cref="Http.HttpContext"/> and <see cref="System.Security.Claims.ClaimsPrincipal"/> are the request's.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <typeparam name="T">The type of the argument or of the result.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="create">Creates the event; <see langword="null"/> tracks none. Exceptions are logged, and no event is tracked.</param>
    /// <returns>The same builder.</returns>
    /// <example><code>app.MapPost("/invites", SendAsync).Track((Invite invite) =&gt; new InviteSent { InviteeEmail = invite.Email
    /// });</code></example>
    public static TBuilder Track<TBuilder, T>(this TBuilder builder, Func<T, LifecycleEvent?> create)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(create);
        return Add(builder, TypedEventMetadata.Of(create, arguments => [create((T)arguments[0]!)]));
    }

    /// <summary>
    /// Tracks an event created from two of the endpoint's arguments, or from one and its result. Two arguments of one type are
    /// distinguished by the names of the function's parameters; a parameter named <c>result</c> is the result.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <typeparam name="T1">The type of an argument.</typeparam>
    /// <typeparam name="T2">The type of another argument, or of the result.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="create">Creates the event; <see langword="null"/> tracks none.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder Track<TBuilder, T1, T2>(this TBuilder builder, Func<T1, T2, LifecycleEvent?> create)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(create);
        return Add(builder, TypedEventMetadata.Of(create, arguments => [create((T1)arguments[0]!, (T2)arguments[1]!)]));
    }

    /// <summary>Tracks any number of events created from one of the endpoint's arguments or its result.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <typeparam name="T">The type of the argument or of the result.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="create">Creates the events; <see langword="null"/> tracks none. Exceptions are logged, and no event is tracked.</param>
    /// <returns>The same builder.</returns>
    /// <example><code>app.MapPost("/invites/all", SendAllAsync).TrackEach((Invite[] invites) =&gt; invites.Select(invite =&gt; new
    /// InviteSent { InviteeEmail = invite.Email }));</code></example>
    public static TBuilder TrackEach<TBuilder, T>(this TBuilder builder, Func<T, IEnumerable<LifecycleEvent>?> create)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(create);
        return Add(builder, TypedEventMetadata.Of(create, arguments => create((T)arguments[0]!)));
    }

    /// <summary>Excludes requests to the endpoint from tracking; see <see cref="SkipLifecycleTrackingAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group; of any kind.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder SkipLifecycleTracking<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new SkipLifecycleTrackingAttribute());

    private static TBuilder Add<TBuilder, TAttribute>(TBuilder builder, TAttribute attribute, Action<TAttribute>? configure)
        where TBuilder : IEndpointConventionBuilder
        where TAttribute : LifecycleEventAttribute
    {
        configure?.Invoke(attribute);
        return Add(builder, attribute);
    }

    private static TBuilder Add<TBuilder>(TBuilder builder, object metadata)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(endpoint =>
        {
            endpoint.Metadata.Add(metadata);
            RouteHandlerEvents.Attach(endpoint);
        });
        return builder;
    }
}
