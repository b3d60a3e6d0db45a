using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class SessionAttemptTests
{
    [Fact]
    public void A_sign_in_that_ends_within_its_scope_is_taken()
    {
        var (attempt, _) = Begin();

        Assert.True(attempt.Succeeded());
    }

    [Fact]
    public void A_sign_in_that_ends_after_its_scope_is_taken_by_nobody()
    {
        var (attempt, scope) = Begin();

        Assert.Empty(scope.Take(seal: true, out _));

        Assert.False(attempt.Succeeded());
    }

    [Fact]
    public void A_sign_in_that_the_response_has_proven_was_taken_before_it_ended()
    {
        var (attempt, scope) = Begin(isProvenByResponse: true);

        Assert.Single(scope.Take(seal: false, out _));

        Assert.True(attempt.Succeeded());
        Assert.False(attempt.Failed());
    }

    private static (SessionAttempt Attempt, TrackingScope Scope) Begin(bool isProvenByResponse = false)
    {
        var signIn = new SignInSucceeded { Key = "key", UserId = "peter", At = DateTimeOffset.UnixEpoch, Profile = new Profile() };
        var entry = new ScopeFact(signIn) { IsProvenByResponse = isProvenByResponse };
        var scope = new TrackingScope(new ScopeContext { Id = "scope", Destination = "destination" });
        var attempt = new SessionAttempt(new DefaultHttpContext().Response, new TrackedScheme("cookie", SchemeKind.Cookie, "it is the default scheme"), EventNames.SignedIn);
        Assert.True(attempt.TryAdd(scope, entry));
        return (attempt, scope);
    }
}
