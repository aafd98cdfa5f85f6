globalThis.ask = async function (source, bindings) {
    let expression;
    try { expression = jsonata(source); }
    catch (error) { return JSON.stringify({ syntax: error.code ?? String(error) }); }
    const whole = it => Math.floor(it);
    expression.registerFunction('range', (first, last, step) => {
        [first, last, step] = [whole(first), whole(last), whole(step)];
        if (step === 0) { throw { code: 'T0410', index: 3, token: 'range' }; }
        const count = Math.floor((last - first) / step) + 1;
        if (!(count > 0)) { return undefined; }
        // More than this script is asked to make: it does not know.
        if (count > 100000) { throw new Error('too many'); }
        const all = Array.from({ length: count }, (_, place) => first + step * place);
        return count === 1 ? all[0] : all;
    }, '<nnn:a>');
    expression.registerFunction('partition', (all, size) => {
        if (all === undefined) { return undefined; }
        size = whole(size);
        if (!(size >= 1)) { throw { code: 'T0410', index: 2, token: 'partition' }; }
        const parts = [];
        for (let at = 0; at < all.length; at += size) { parts.push(all.slice(at, at + size)); }
        return parts;
    }, '<an:a>');
    expression.registerFunction('parse', text => {
        if (text === undefined) { return undefined; }
        try { return JSON.parse(text); }
        catch (error) { throw { code: 'D3120', message: 'Syntax error in expression passed to function parse' }; }
    }, '<s:x>');
    try {
        const value = await expression.evaluate(undefined, JSON.parse(bindings));
        if (value === undefined) { return JSON.stringify({ undefined: true }); }
        const is_function = it => typeof it === 'function'
            || it && (it._jsonata_function || it._jsonata_lambda);
        if (is_function(value)) { return JSON.stringify({ function: true }); }
        let odd = false;
        const plain = (_, it) => {
            odd ||= typeof it === 'number' && !isFinite(it) || is_function(it);
            return it;
        };
        const text = JSON.stringify(value, plain);
        return odd ? JSON.stringify({ odd: true }) : `{ ${JSON.stringify('value')}: ${text} }`;
    } catch (error) {
        return JSON.stringify({ code: error.code ?? null, message: String(error.message) });
    }
};
