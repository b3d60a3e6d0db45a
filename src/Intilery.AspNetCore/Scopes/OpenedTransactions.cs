using System.Data.Common;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Scopes;

/// <summary>The transactions that a request or other scope has opened on the outbox's own database and not ended yet.</summary>
internal sealed class OpenedTransactions
{
    private readonly Lock _gate = new();
    private readonly List<DbTransaction> _opened = [];

    public bool IsAnyOpen
    {
        get
        {
            lock (_gate)
            {
                // One that is disposed without a commit ends without a word.
                _opened.RemoveAll(TransactionEnd.IsOver);
                return _opened.Count > 0;
            }
        }
    }

    public static OpenedTransactions? Of(HttpContext context) => context.Features.Get<OpenedTransactions>();

    public static OpenedTransactions OrNewOf(HttpContext context)
    {
        var opened = Of(context);
        if (opened is null)
        {
            context.Features.Set(opened = new OpenedTransactions());
        }

        return opened;
    }

    public void Add(DbTransaction transaction)
    {
        lock (_gate)
        {
            _opened.Add(transaction);
        }
    }

    public void Remove(DbTransaction transaction)
    {
        lock (_gate)
        {
            _opened.Remove(transaction);
        }
    }
}
