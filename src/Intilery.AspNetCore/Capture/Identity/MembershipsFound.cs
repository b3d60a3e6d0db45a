using System.Data.Common;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>What the database says of some users.</summary>
internal sealed class MembershipsFound
{
    public List<Membership> Memberships { get; } = [];

    /// <summary>Gets the roles that claims name, each as if it were an account.</summary>
    public List<Membership> Roles { get; } = [];

    /// <summary>Takes what the reader's row says, if anything.</summary>
    public void Add(MembershipQuery query, DbDataReader reader)
    {
        if (query.Read(reader) is { } row)
        {
            (query.Source.NamesRole ? Roles : Memberships).Add(row);
        }
    }
}
