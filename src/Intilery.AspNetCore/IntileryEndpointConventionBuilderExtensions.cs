
using Intilery.AspNetCore;
using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Events;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Makes events of the success of minimal API endpoints, and of groups of them, as the attributes of the same names do. Controllers
/// and Razor Pages take the attributes themselves.
/// </summary>
public static class IntileryEndpointConventionBuilderExtensions
{
    /// <summary>Makes an <see cref="AccountCreated"/> of the endpoint's success; see <see cref="TrackAccountCreatedAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackAccountCreated<TBuilder>(this TBuilder builder, Action<TrackAccountCreatedAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackAccountCreatedAttribute(), configure);

    /// <summary>Makes an <see cref="AccountDeleted"/> of the endpoint's success; see <see cref="TrackAccountDeletedAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackAccountDeleted<TBuilder>(this TBuilder builder, Action<TrackAccountDeletedAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackAccountDeletedAttribute(), configure);

    /// <summary>Makes an <see cref="InviteSent"/> of the endpoint's success; see <see cref="TrackInviteSentAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackInviteSent<TBuilder>(this TBuilder builder, Action<TrackInviteSentAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackInviteSentAttribute(), configure);

    /// <summary>Makes an <see cref="TrialStarted"/> of the endpoint's success; see <see cref="TrackTrialStartedAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackTrialStarted<TBuilder>(this TBuilder builder, Action<TrackTrialStartedAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackTrialStartedAttribute(), configure);

    /// <summary>Makes an <see cref="TrialEnded"/> of the endpoint's success; see <see cref="TrackTrialEndedAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackTrialEnded<TBuilder>(this TBuilder builder, Action<TrackTrialEndedAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackTrialEndedAttribute(), configure);

    /// <summary>Makes an <see cref="AccountAddedUser"/> of the endpoint's success; see <see cref="TrackAccountAddedUserAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackAccountAddedUser<TBuilder>(this TBuilder builder, Action<TrackAccountAddedUserAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackAccountAddedUserAttribute(), configure);

    /// <summary>Makes an <see cref="AccountRemovedUser"/> of the endpoint's success; see <see cref="TrackAccountRemovedUserAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackAccountRemovedUser<TBuilder>(this TBuilder builder, Action<TrackAccountRemovedUserAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackAccountRemovedUserAttribute(), configure);

    /// <summary>Makes a <see cref="SignedUp"/> of the endpoint's success; see <see cref="TrackSignedUpAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackSignedUp<TBuilder>(this TBuilder builder, Action<TrackSignedUpAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackSignedUpAttribute(), configure);

    /// <summary>Makes a <see cref="SignedIn"/> of the endpoint's success; see <see cref="TrackSignedInAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackSignedIn<TBuilder>(this TBuilder builder, Action<TrackSignedInAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackSignedInAttribute(), configure);

    /// <summary>Makes a <see cref="SignedOut"/> of the endpoint's success; see <see cref="TrackSignedOutAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="configure">Sets what is not found by name. Default: nothing.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackSignedOut<TBuilder>(this TBuilder builder, Action<TrackSignedOutAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackSignedOutAttribute(), configure);

    /// <summary>Makes a <see cref="CustomEvent"/> of the endpoint's success; see <see cref="TrackEventAttribute"/>.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="name">The event's name, for example <c>Report Exported</c>.</param>
    /// <param name="configure">Sets the properties. Default: none.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackEvent<TBuilder>(this TBuilder builder, string name, Action<TrackEventAttribute>? configure = null)
        where TBuilder : IEndpointConventionBuilder => Add(builder, new TrackEventAttribute(name), configure);

    /// <summary>
    /// Makes an event of the endpoint's success by a function of one of its arguments or of its result, found by type; of several
    /// arguments of the type, the one that is named like the function's parameter. What cannot be found stops the start.
    /// <see cref="Http.HttpContext"/> and <see cref="System.Security.Claims.ClaimsPrincipal"/> are the request's.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <typeparam name="T">The type of the argument or of the result.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="create">Makes the event; <see langword="null"/> is none. What it throws is logged, and there is no event.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder Track<TBuilder, T>(this TBuilder builder, Func<T, LifecycleEvent?> create)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(create);
        return Add(builder, TypedEventMetadata.Of(create, arguments => [create((T)arguments[0]!)]));
    }

    /// <summary>
    /// Makes an event of two of the endpoint's arguments, or of one and its result; otherwise as with one. Two arguments of one type
    /// are distinguished by the names of the function's parameters; one that is named <c>result</c> is the result.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <typeparam name="T1">The type of an argument.</typeparam>
    /// <typeparam name="T2">The type of another argument, or of the result.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="create">Makes the event; <see langword="null"/> is none.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder Track<TBuilder, T1, T2>(this TBuilder builder, Func<T1, T2, LifecycleEvent?> create)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(create);
        return Add(builder, TypedEventMetadata.Of(create, arguments => [create((T1)arguments[0]!, (T2)arguments[1]!)]));
    }

    /// <summary>Makes any number of events of one of the endpoint's arguments or of its result.</summary>
    /// <typeparam name="TBuilder">The kind of builder.</typeparam>
    /// <typeparam name="T">The type of the argument or of the result.</typeparam>
    /// <param name="builder">The endpoint, or a group.</param>
    /// <param name="create">Makes the events; <see langword="null"/> is none. What it throws is logged, and there is no event.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder TrackEach<TBuilder, T>(this TBuilder builder, Func<T, IEnumerable<LifecycleEvent>?> create)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(create);
        return Add(builder, TypedEventMetadata.Of(create, arguments => create((T)arguments[0]!)));
    }

    /// <summary>Lets nothing that happens in a request to the endpoint be an event; see <see cref="SkipLifecycleTrackingAttribute"/>.</summary>
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
