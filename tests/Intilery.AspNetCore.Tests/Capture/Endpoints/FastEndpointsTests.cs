using System.Net;
using FastEndpoints;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>Endpoints of the package FastEndpoints: values of the route and the user are found, and what cannot be is refused at the start.</summary>
public sealed class FastEndpointsTests
{
    private const string Start = "Intilery lifecycle tracking cannot make the events that endpoints ask for:\n* ";

    [Fact]
    public async Task What_the_route_says_is_found_and_the_status_decides()
    {
        await using var app = await StartAsync<RemoveMember>();

        using var removed = await app.Client.PostAsync("/teams/7/members/samir/remove", null, TestContext.Current.CancellationToken);
        using var missing = await app.Client.PostAsync("/teams/7/members/nobody/remove", null, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (removed.StatusCode, missing.StatusCode));
        Assert.Equal(["Account Removed User samir@7 {}"], await app.RecordedAsync());
        Assert.Equal(["unsuccessful"], app.Reasons());
    }

    [Fact]
    public async Task What_only_the_request_says_is_refused_at_the_start()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(StartAsync<SendInvite>);

        Assert.StartsWith(
            Start + "HTTP: POST /teams/{teamId}/invites: [TrackInviteSent] finds no single value for InviteeEmail;", exception.Message.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.EndsWith("Available: route.teamId, user.id|name|email|tenant|claim(type).", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_the_response_says_is_refused_at_the_start()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(StartAsync<CreateTeam>);

        Assert.Contains("[TrackAccountCreated] finds no single value for GroupId;", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_attribute_that_the_package_does_not_pass_on_is_refused_at_the_start(bool isOnHandler)
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(isOnHandler ? StartAsync<MarkedHandler> : StartAsync<MarkedClass>);

        Assert.Equal(
            Start + $"{(isOnHandler ? nameof(MarkedHandler) : nameof(MarkedClass))}: [TrackAccountDeleted] has no effect here. "
            + "Write Options(route => route.TrackAccountDeleted(…)) in Configure, with paths to values of the route or of the user, or use ILifecycleTracker in the handler.",
            exception.Message.ReplaceLineEndings("\n"));
    }

    private static Task<EndpointApp> StartAsync<TEndpoint>()
        where TEndpoint : IEndpoint => EndpointApp.StartAsync(
            app => app.UseFastEndpoints(),
            services: services => services.AddFastEndpoints(discovery =>
            {
                discovery.DisableAutoDiscovery = true;
                discovery.Assemblies = [typeof(TEndpoint).Assembly];
                discovery.Filter = type => type == typeof(TEndpoint);
            }));

    public sealed record Invite(string Email);

    public sealed record Team(string Id, string Name);

    public sealed class RemoveMember : EndpointWithoutRequest
    {
        public override void Configure()
        {
            Post("/teams/{teamId}/members/{userId}/remove");
            AllowAnonymous();
            Options(route => route.TrackAccountRemovedUser(it => (it.UserIdFrom, it.GroupIdFrom) = ("route.userId", "route.teamId")));
        }

        public override Task HandleAsync(CancellationToken ct) => Route<string>("userId") == "nobody" ? Send.NotFoundAsync(ct) : Send.OkAsync(cancellation: ct);
    }

    public sealed class SendInvite : Endpoint<Invite>
    {
        public override void Configure()
        {
            Post("/teams/{teamId}/invites");
            AllowAnonymous();
            Options(route => route.TrackInviteSent());
        }

        public override Task HandleAsync(Invite req, CancellationToken ct) => Send.OkAsync(cancellation: ct);
    }

    public sealed class CreateTeam : EndpointWithoutRequest<Team>
    {
        public override void Configure()
        {
            Post("/teams");
            AllowAnonymous();
            Options(route => route.TrackAccountCreated());
        }

        public override Task HandleAsync(CancellationToken ct) => Send.OkAsync(new Team("7", "Initech"), ct);
    }

    [TrackAccountDeleted]
    public sealed class MarkedClass : EndpointWithoutRequest
    {
        public override void Configure()
        {
            Delete("/teams/{teamId}");
            AllowAnonymous();
        }

        public override Task HandleAsync(CancellationToken ct) => Send.OkAsync(cancellation: ct);
    }

    public sealed class MarkedHandler : EndpointWithoutRequest
    {
        public override void Configure()
        {
            Delete("/teams/{teamId}");
            AllowAnonymous();
        }

        [TrackAccountDeleted]
        public override Task HandleAsync(CancellationToken ct) => Send.OkAsync(cancellation: ct);
    }
}
