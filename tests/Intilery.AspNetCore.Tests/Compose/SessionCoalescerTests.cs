using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class SessionCoalescerTests
{
    private readonly Scope _scope = new(options => options.Identify = false);

    [Fact]
    public void Out_and_in_again_by_the_same_user_is_nothing()
    {
        Assert.Empty(_scope.Events("peter", _scope.Out("peter"), _scope.In("peter")));
        Assert.Equal(2, Suppressed(Reasons.Coalesced));
    }

    [Fact]
    public void In_and_out_again_by_somebody_who_was_not_signed_in_is_nothing() =>
        Assert.Empty(_scope.Events(null, _scope.In("peter"), _scope.Out("peter")));

    [Fact]
    public void In_again_and_out_ends_the_session_that_was_there_before() =>
        Assert.Equal(["Signed Out peter acct_1"], _scope.Events("peter", _scope.In("peter"), _scope.Out("peter")));

    [Fact]
    public void Out_and_in_as_another_user_is_both() =>
        Assert.Equal(["Signed Out peter acct_1", "Signed In mary"], _scope.Events("peter", _scope.Out("peter"), _scope.In("mary")));

    [Fact]
    public void Two_sign_ins_of_one_user_are_one()
    {
        Assert.Equal(["Signed In peter"], _scope.Events(null, _scope.In("peter"), _scope.In("peter")));
        Assert.Equal(1, Suppressed(Reasons.Duplicate));
    }

    [Fact]
    public void Two_sign_outs_that_are_equal_to_the_last_digit_are_one()
    {
        var once = _scope.Out("peter");

        Assert.Equal(["Signed Out peter acct_1"], _scope.Events("peter", once, once));
    }

    [Fact]
    public void One_ticket_ends_once_however_many_requests_carry_it()
    {
        Assert.Equal(["Signed Out peter acct_1"], _scope.Events("peter", _scope.Out("peter")));
        Assert.Empty(_scope.Events("peter", _scope.Out("peter")));
        Assert.Equal(["Signed Out peter acct_1"], _scope.Events("peter", _scope.Out("peter", "another ticket")));
    }

    [Fact]
    public void A_revoked_session_is_no_sign_out()
    {
        Assert.Empty(_scope.Events(null, _scope.Out("peter", revoked: true)));
        Assert.Equal(1, Suppressed(Reasons.Revoked));
    }

    [Fact]
    public void A_revoked_session_is_a_sign_out_where_the_option_says_so()
    {
        var scope = new Scope(options => { options.Identify = false; options.SignOut.WhenRevoked = true; });

        Assert.Equal(["Signed Out peter acct_1"], scope.Events(null, scope.Out("peter", revoked: true)));
    }

    [Fact]
    public void Signing_in_with_a_revoked_session_in_the_browser_is_a_sign_in() =>
        Assert.Equal(["Signed In peter"], _scope.Events(null, _scope.Out("peter", revoked: true), _scope.In("peter")));

    private int Suppressed(string reason) =>
        _scope.Log.Ours.Count(line => line.Message.EndsWith($"was not tracked: {reason}.", StringComparison.Ordinal));
}
