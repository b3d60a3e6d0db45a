using System.Data.Common;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What the database says of some users.</summary>
internal sealed class MembershipsFound
{
    private int _rows;

    public List<Membership> Memberships { get; } = [];

    /// <summary>Gets the roles that claims name, each as if it were an account.</summary>
    public List<Membership> Roles { get; } = [];

    /// <summary>Gets the users' e-mail addresses, likewise.</summary>
    public List<Membership> Addresses { get; } = [];

    /// <summary>Takes what the reader's row says, if anything.</summary>
    /// <exception cref="InvalidOperationException">There are too many rows.</exception>
    public void Add(MembershipQuery query, DbDataReader reader)
    {
        if (++_rows > MembershipQuery.MaxRows)
        {
            throw new InvalidOperationException($"The users of one save have more than {MembershipQuery.MaxRows} memberships.");
        }

        if (query.Read(reader) is { } row)
        {
            var rows = query.Source.Subject switch
            {
                SourceSubject.Role => Roles,
                SourceSubject.Address => Addresses,
                _ => Memberships,
            };
            rows.Add(row);
        }
    }
}
